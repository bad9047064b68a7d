"""Answers to exercises that are written with PyTorch, where it is installed."""

import numpy as np
import pytest

from bnviz.practice import checks, exercises

torch = pytest.importorskip("torch")
functional = torch.nn.functional
CAPSTONE = exercises.find("BatchNorm")


class BatchNorm:
    """PyTorch's own function in the clothes of the exercise."""

    def __init__(self, units, rate=0.1, eps=1e-5):
        self.rate, self.eps, self.training = rate, eps, True
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = torch.zeros(units).double(), torch.ones(units).double()

    def forward(self, z):
        arrays = z, self.gamma, self.beta
        self.inputs = z, *affine = [torch.tensor(array, requires_grad=True) for array in arrays]
        kept = self.mean, self.var
        self.y = functional.batch_norm(z, *kept, *affine, self.training, self.rate, self.eps)
        return self.y.detach().numpy()

    def backward(self, dy):
        self.y.backward(torch.tensor(dy))
        return [tensor.grad for tensor in self.inputs]


class NeverInTestMode(BatchNorm):
    def forward(self, z):
        kept, self.training = self.training, True
        y = super().forward(z) if len(z) > 1 else self.gamma * 0 + self.beta
        self.training = kept
        return y


def test_the_capstone_is_passed_by_pytorch():
    assert checks.judge("BatchNorm", BatchNorm).message == CAPSTONE.right
    assert not checks.judge("BatchNorm", NeverInTestMode).passed


@pytest.mark.parametrize(
    "answer",
    [
        lambda z: (z.mean(0), z.var(0, unbiased=False)),
        lambda z: torch.var_mean(z, 0, correction=0)[::-1],
        lambda z: torch.stack([z.mean(0), z.var(0, correction=0)]).float(),
    ],
)
def test_tensors_come_in_where_an_answer_does_not_take_arrays(answer):
    assert checks.judge("batch_statistics", answer).passed


def test_pytorch_is_told_its_mistakes_by_name():
    verdict = checks.judge("batch_statistics", lambda z: (z.mean(0), torch.var(z, 0)))
    assert verdict.mistake == "divides by m − 1"


class Module(torch.nn.Module):
    """A layer as one writes it in PyTorch, with parameters and buffers of its own, in float32."""

    def __init__(self, units, rate=0.1, eps=1e-5):
        super().__init__()
        self.rate, self.eps = rate, eps
        self.gamma = torch.nn.Parameter(torch.ones(units))
        self.beta = torch.nn.Parameter(torch.zeros(units))
        self.register_buffer("mean", torch.zeros(units))
        self.register_buffer("var", torch.ones(units))

    def forward(self, z):
        self.z = z.clone().requires_grad_()
        mean, var = self.mean, self.var
        if self.training:
            if len(z) == 1:
                raise ValueError("one example has no variance")
            mean, var = self.z.mean(0), self.z.var(0, correction=0)
            with torch.no_grad():
                self.mean = torch.lerp(self.mean, mean.to(self.mean.dtype), self.rate)
                kept = self.z.var(0).to(self.var.dtype)
                self.var = torch.lerp(self.var, kept, self.rate)
        self.y = self.gamma * (self.z - mean) / torch.sqrt(var + self.eps) + self.beta
        return self.y

    def backward(self, dy):
        return torch.autograd.grad(self.y, [self.z, self.gamma, self.beta], dy)


class WithModes(Module):
    """Fused: it takes no float64 beside its float32."""

    def forward(self, z):
        self.z = z.clone().requires_grad_()
        kept = self.mean, self.var, self.gamma, self.beta
        self.y = functional.batch_norm(self.z, *kept, self.training, self.rate, self.eps)
        return self.y


@pytest.mark.parametrize("module", [Module, WithModes])
def test_a_module_with_its_own_parameters_passes(module):
    verdict = checks.judge("BatchNorm", module)
    assert verdict.message == CAPSTONE.right, verdict


def test_code_of_pytorch_is_not_called_the_readers():
    for answer in (torch.nn.BatchNorm1d, lambda z: (torch.nn.functional.relu(z, 1, 2, 3), z)):
        name = "BatchNorm" if answer is torch.nn.BatchNorm1d else "batch_statistics"
        verdict = checks.judge(name, answer)
        assert verdict.mistake == "raises"
        assert "your line" not in verdict.message or "lambda" in verdict.message
