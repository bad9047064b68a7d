"""Claim 4, of notebook 04: a bias in front of batch norm changes nothing and is not changed."""

import numpy as np
import pytest

from bnviz import digits, example, network, training


@pytest.mark.parametrize("seed", range(3))
def test_a_network_with_biases_trains_along_the_same_path(seed):
    data = digits.load(dtype=np.float64)
    plain, start = (
        network.init(example.SIZES, bias=bias, seed=seed, dtype=np.float64)
        for bias in (False, True)
    )
    for layer in start.layers[:-1]:
        layer.bias[:] = np.random.default_rng(seed).normal(size=100)
    choices = {"steps": 150, "seed": seed, "snapshots": 2, "progress": False}
    plain, biased = (
        training.train(net, data.images, data.labels, **choices).network for net in (plain, start)
    )
    logits = [network.predict(net, data.test_images) for net in (plain, biased)]
    assert np.abs(logits[0]).max() > 1
    np.testing.assert_allclose(*logits, rtol=0, atol=1e-12)
    for before, after in zip(start.layers[:-1], biased.layers[:-1], strict=True):
        assert np.abs(after.bias - before.bias).max() < 1e-14
        assert np.abs(after.beta - before.beta).max() > 1e-3
