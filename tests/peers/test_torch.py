"""The layer against PyTorch, where it is installed; nothing here asks for it."""

import numpy as np
import pytest

from bnviz import batchnorm

torch = pytest.importorskip("torch")
functional = torch.nn.functional

CLOSE = {"rtol": 1e-9, "atol": 1e-9}


@pytest.fixture(params=range(8))
def layer(request):
    rng = np.random.default_rng(request.param)
    m, units = rng.integers(2, 65), rng.integers(1, 20)
    z = rng.normal(rng.normal(), rng.uniform(0.5, 3), (m, units))
    gamma, beta, mean = rng.normal(size=(3, units))
    return rng, z, gamma, beta, mean, rng.uniform(0.1, 4, units), 10 ** rng.uniform(-5, -1)


def test_training(layer):
    rng, z, gamma, beta, mean, var, eps = layer
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


def test_fold(layer):
    rng, _, gamma, beta, mean, var, eps = layer
    weights, bias = rng.normal(size=(5, len(gamma))), rng.normal(size=len(gamma))
    linear = torch.nn.Linear(*weights.shape, dtype=torch.float64)
    norm = torch.nn.BatchNorm1d(len(gamma), eps=eps, dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(weights.T))
        linear.bias.copy_(torch.tensor(bias))
        norm.weight.copy_(torch.tensor(gamma))
        norm.bias.copy_(torch.tensor(beta))
        norm.running_mean.copy_(torch.tensor(mean))
        norm.running_var.copy_(torch.tensor(var))
    fused = torch.nn.utils.fusion.fuse_linear_bn_eval(linear.eval(), norm.eval())
    folded, shift = batchnorm.fold(weights, bias, gamma, beta, mean, var, eps)
    np.testing.assert_allclose(folded, fused.weight.detach().T, **CLOSE)
    np.testing.assert_allclose(shift, fused.bias.detach(), **CLOSE)
