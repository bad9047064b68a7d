"""Mean or variance taken as a constant on the way back: claims of notebook 07."""

import pytest

from bnviz import batchnorm, digits, example, network, training

FULL = batchnorm.backward


def backward(dy, cache, mean=False, variance=False):
    """The backward pass that takes the mean or the variance as a constant."""
    dz, dgamma, dbeta = FULL(dy, cache)
    line = mean * dbeta + variance * cache.z_hat * dgamma  # what they have taken away
    return dz + cache.gamma / cache.std * line / len(dy), dgamma, dbeta


@pytest.mark.parametrize("seed", range(3))
def test_at_rate_1_the_gradient_through_the_mean_is_essential_that_through_the_variance_not(
    seed, monkeypatch
):
    data = digits.load()

    def accuracy(rate, **constant):
        monkeypatch.setattr(batchnorm, "backward", lambda *given: backward(*given, **constant))
        net = network.init(example.SIZES, seed=seed)
        choices = {"steps": 300, "seed": seed, "snapshots": 2, "progress": False}
        run = training.train(net, data.images, data.labels, learning_rate=rate, **choices)
        return training.accuracy(run.network, data.test_images, data.test_labels)

    assert accuracy(1.0) > 0.955
    assert accuracy(1.0, variance=True) > 0.955
    assert accuracy(1.0, mean=True) < 0.3
    assert accuracy(1.0, mean=True, variance=True) < 0.3
    assert accuracy(0.3, mean=True) > max(0.93, accuracy(0.3) - 0.03)  # within 300 steps
