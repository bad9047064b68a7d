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
