"""The layer against PyTorch, where it is installed; nothing here asks for it."""

import numpy as np
import pytest

from bnviz import batchnorm

torch = pytest.importorskip("torch")
functional = torch.nn.functional

CLOSE = {"rtol": 1e-9, "atol": 1e-9}


@pytest.mark.parametrize("seed", range(8))
def test_training(seed):
    rng = np.random.default_rng(seed)
    m, units = rng.integers(2, 65), rng.integers(1, 20)
    z = rng.normal(rng.normal(), rng.uniform(0.5, 3), (m, units))
    gamma, beta, mean = rng.normal(size=(3, units))
    var, eps = rng.uniform(0.1, 4, units), 10 ** rng.uniform(-5, -1)
    inputs = [torch.tensor(array, requires_grad=True) for array in (z, gamma, beta)]
    running = torch.tensor(mean), torch.tensor(var)
    options = {"training": True, "momentum": 0.3, "eps": eps}
    expected = functional.batch_norm(inputs[0], *running, *inputs[1:], **options)
    y, cache = batchnorm.forward(z, gamma, beta, eps)
    np.testing.assert_allclose(y, expected.detach(), **CLOSE)

    dy = rng.normal(size=z.shape)
    expected.backward(torch.tensor(dy))
    for ours, theirs in zip(batchnorm.backward(dy, cache), inputs, strict=True):
        np.testing.assert_allclose(ours, theirs.grad, **CLOSE)

    unbiased = batchnorm.population_statistics([cache.mean], [cache.var], m=len(z))
    updated = batchnorm.update_running((mean, var), unbiased, rate=0.3)
    for ours, theirs in zip(updated, running, strict=True):
        np.testing.assert_allclose(ours, theirs, **CLOSE)
