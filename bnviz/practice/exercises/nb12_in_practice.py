"""Your turn in notebook 12: the whole layer, and a momentum that changes sides."""

import inspect
from copy import deepcopy

import numpy as np

from bnviz.practice.exercises import Exercise
from bnviz.practice.trials import plain


class BatchNorm:
    """Batch normalization with everything that a layer has to remember."""

    def __init__(self, units, rate=0.1, eps=1e-5):
        self.rate, self.eps, self.training = rate, eps, True
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)

    def forward(self, z):
        mean, var = self.mean, self.var
        if self.training:
            mean, var, m = z.mean(axis=0), z.var(axis=0), len(z)
            self.mean = (1 - self.rate) * self.mean + self.rate * mean
            self.var = (1 - self.rate) * self.var + self.rate * var * m / (m - 1)
        self.std = np.sqrt(var + self.eps)
        self.z_hat = (z - mean) / self.std
        return self.gamma * self.z_hat + self.beta

    def backward(self, dy):
        m = len(dy)
        dgamma = (dy * self.z_hat).sum(axis=0)
        dbeta = dy.sum(axis=0)
        dz = self.gamma / self.std * (dy - dbeta / m - self.z_hat * dgamma / m)
        return dz, dgamma, dbeta


MEAN = "self.mean = (1 - self.rate) * self.mean + self.rate * mean"
VAR = "self.var = (1 - self.rate) * self.var + self.rate * var * m / (m - 1)"
BATCH = "mean, var, m = z.mean(axis=0), z.var(axis=0), len(z)"
KEPT = "mean, var = self.mean, self.var"
Z_HAT = "self.z_hat = (z - mean) / self.std"
Y = "return self.gamma * self.z_hat + self.beta"
DGAMMA = "dgamma = (dy * self.z_hat).sum(axis=0)"
DBETA = "dbeta = dy.sum(axis=0)"
DZ = "self.gamma / self.std * (dy - dbeta / m - self.z_hat * dgamma / m)"
WIDE = "np.sqrt(z.var(axis=0, ddof=1) + self.eps)"
LIKE_KERAS = {" * m / (m - 1)": ""}


def block(*lines):
    return "".join(f"        {line}\n" for line in lines)


CHOICE = block(KEPT, "if self.training:", f"    {BATCH}", f"    {MEAN}", f"    {VAR}")
UPDATE = f"if self.training: {BATCH}; {MEAN}; {VAR}"


def slips(*ways):
    """The layer with a slip, each way a dict {what stands there: what is written instead}.

    Every way is there twice, as the variance may be kept in two legal conventions.
    """
    return [written(way | convention) for way in ways for convention in ({}, LIKE_KERAS)]


def written(changes):
    """The layer with some pieces of its code replaced."""
    code = inspect.getsource(BatchNorm)
    for old, new in changes.items():
        code = code.replace(old, new)
    scope = {"np": np}
    exec(code, scope)
    return scope["BatchNorm"]


def live_through(layer, batches, dy, settings):
    """Make two layers, train the first for some batches, then use it on one example."""
    layer = fresh(layer)
    units = batches.shape[-1]
    first, second = layer(units, **settings), layer(units, **settings)
    told = {"gamma at the start": plain(first.gamma), "beta at the start": plain(first.beta)}
    first.gamma, first.beta = np.linspace(0.5, 2, units), np.linspace(1, -1, units)
    for batch in batches:
        told["y in training"] = plain(first.forward(batch))
    told["dz"], told["dgamma"], told["dbeta"] = map(plain, first.backward(dy))
    told["kept mean after training"] = plain(first.mean)
    told["kept variance after training"] = plain(first.var)
    first.training = False
    told["y of one example in test mode"] = plain(first.forward(batches[0][:1]))
    first.forward(batches[0])
    told["kept mean after test mode"] = plain(first.mean)
    told["kept variance after test mode"] = plain(first.var)
    told["kept mean of another layer"] = plain(second.mean)
    told["kept variance of another layer"] = plain(second.var)
    return told


def fresh(layer):
    """A class with its own copy of what the given one holds, so that no trial reaches the next."""
    held = {name: value for name, value in vars(layer).items() if hasattr(value, "__array__")}
    return type(layer.__name__, (layer,), deepcopy(held))


RNG = np.random.default_rng(0)
WIDTHS = np.array([1.0, 3.0, 0.01])  # beside the last one, eps is not small
BATCHES = RNG.normal(size=(3, 4, 3)) * WIDTHS + [0, 2, 1]
DY = RNG.normal(size=(4, 3))


EXERCISES = [
    Exercise(
        "BatchNorm",
        reference=BatchNorm,
        use=live_through,
        cases=[(BATCHES, DY, {}), (BATCHES, DY, {"rate": 0.3, "eps": 0.01})],
        right=(
            "The whole layer. You keep the variance times m/(m − 1), as the paper and PyTorch do."
        ),
        also={
            "keeps the variance as Keras does": (
                written(LIKE_KERAS),
                "The whole layer. You keep the variance divided by m, as Keras and Flax do; the "
                "paper and PyTorch keep it times m/(m − 1).",
            ),
        },
        mistakes={
            "nothing is kept": (
                slips({MEAN: "pass", VAR: "pass"}),
                "Your kept mean and variance never change. In training, move them towards the "
                "batch's.",
            ),
            "only the mean is kept": (
                [written({VAR: "pass"})],
                "Your kept variance is still 1 after training: update it as you do the mean.",
            ),
            "kept in test mode, too": (
                slips(
                    {CHOICE: block(BATCH, MEAN, VAR, f"if not self.training: {KEPT}")},
                    {
                        CHOICE: block(
                            BATCH,
                            "old = self.mean, self.var",
                            MEAN,
                            VAR,
                            "if not self.training: mean, var = old",
                        )
                    },
                ),
                "Your kept statistics move in test mode, too. A test must not change the layer: "
                "update them only while `self.training` is true.",
            ),
            "only the last batch is kept": (
                slips({MEAN: "self.mean = mean", VAR: "self.var = var * m / (m - 1)"}),
                "You keep the statistics of the last batch alone. Move the old ones towards them "
                "by `rate`.",
            ),
            "rate weighs the old value": (
                slips(
                    {
                        "(1 - self.rate)": "OLD",
                        "self.rate * ": "(1 - self.rate) * ",
                        "OLD": "self.rate",
                    }
                ),
                "Your `rate` weighs the old value, as Keras' momentum does. Here it weighs the new "
                "batch, as PyTorch's does: a tenth of the new and nine tenths of the old.",
            ),
            "normalizes with m − 1": (
                slips({Z_HAT: f"if self.training: self.std = {WIDE}\n        {Z_HAT}"}),
                "In training you normalize with a variance divided by m − 1. It is divided by m; "
                "m/(m − 1) belongs to the variance that is kept.",
            ),
            "corrected the wrong way round": (
                [written({"* m / (m - 1)": "* (m - 1) / m"})],
                "Your kept variance is too small: the batch's is already low by (m − 1)/m, so it "
                "is multiplied by m/(m − 1).",
            ),
            "divided by m − 1 once more": (
                [written({"* m / (m - 1)": "/ (m - 1)"})],
                "You divide the batch's variance by m − 1, but it was divided by m before: m/(m − "
                "1) it is.",
            ),
            "γ and β come first": (
                slips({KEPT: f"z = self.gamma * z + self.beta; {KEPT}", Y: "return self.z_hat"}),
                "You apply γ and β before you normalize, and normalizing takes them away again: "
                "they come last.",
            ),
            "shared between layers": (
                slips(
                    {
                        block("self.mean, self.var = np.zeros(units), np.ones(units)"): "",
                        "def __init__": "mean, var = 0.0, 1.0\n\n    def __init__",
                        "self.mean = ": "type(self).mean = ",
                        "self.var = ": "type(self).var = ",
                    }
                ),
                "A second layer has the statistics of the first: they belong to the class. Make "
                "them in `__init__`, as `self.mean`, so that each layer has its own.",
            ),
            "kept for each example": (
                slips(
                    {
                        "self.rate * mean": "self.rate * z",
                        "self.rate * var": "self.rate * (z - mean) ** 2",
                    }
                ),
                "Your kept statistics have a row for each example of the batch. Take the mean over "
                "axis 0 before you keep it: one number for each unit.",
            ),
            "test mode uses the batch": (
                slips({CHOICE: block(BATCH, f"if self.training: {MEAN}; {VAR}")}),
                "In test mode you normalize with the batch's own statistics, so one example alone "
                "gives β whatever it is. Use the kept ones.",
            ),
            "training uses what is kept": (
                slips(
                    {CHOICE: block(UPDATE, KEPT)},
                    {CHOICE: block("old = self.mean, self.var", UPDATE, "mean, var = old")},
                ),
                "In training you normalize with the kept statistics. Those are for the test; in "
                "training, use the batch's own.",
            ),
            "statistics as constants": (
                slips({DZ: "self.gamma / self.std * dy"}),
                "Your dz treats the mean and the variance as constants. They depend on z, and take "
                "two terms away from dy.",
            ),
            "no gradient through the variance": (
                slips({DZ: "self.gamma / self.std * (dy - dbeta / m)"}),
                "A term is missing in your dz: the one through the variance, ẑ times the mean of "
                "dy · ẑ.",
            ),
            "no gradient through the mean": (
                slips({DZ: "self.gamma / self.std * (dy - self.z_hat * dgamma / m)"}),
                "A term is missing in your dz: the one through the mean, which is the mean of dy.",
            ),
            "sums in dz": (
                slips({"dbeta / m": "dbeta", "dgamma / m": "dgamma"}),
                "Your dz takes sums over the batch away. It takes means away: divide both sums by "
                "m.",
            ),
            "means in dgamma": (
                slips(
                    {
                        DGAMMA: DGAMMA.replace("sum", "mean"),
                        DBETA: DBETA.replace("sum", "mean"),
                        DZ: DZ.replace(" / m", ""),
                    }
                ),
                "Your dgamma and dbeta are means over the batch. The loss's own 1/m is in dy "
                "already: add up.",
            ),
            "dgamma with z": (
                slips(
                    {
                        Z_HAT: f"self.z = z; {Z_HAT}",
                        DGAMMA: "dgamma = (dy * self.z).sum(axis=0)",
                        "dgamma / m": "(dy * self.z_hat).mean(axis=0)",
                    }
                ),
                "Your dgamma multiplies dy by z. What γ multiplies is ẑ, so that is its gradient.",
            ),
            "dgamma and dbeta swapped": (
                slips({"dz, dgamma, dbeta": "dz, dbeta, dgamma"}),
                "Your dgamma and dbeta are swapped: dbeta is the sum of dy, dgamma that of dy · ẑ.",
            ),
            "dz without γ": (
                slips({DZ: DZ.replace("self.gamma", "1")}),
                "Your dz lacks γ: on the way back, dy meets it first.",
            ),
            "dz not divided by the deviation": (
                slips({DZ: DZ.replace(" / self.std", "")}),
                "Your dz is not divided by √(σ² + ε), though z was on its way forward.",
            ),
            "ε outside the root": (
                slips({"np.sqrt(var + self.eps)": "(np.sqrt(var) + self.eps)"}),
                "You add ε to the root. It stands inside: √(σ² + ε), which matters where the "
                "variance is small.",
            ),
            "no ε": (
                slips({"var + self.eps": "var"}),
                "Your layer does not use ε: a unit that never changes would give 0/0.",
            ),
            "divided by the variance": (
                slips({Z_HAT: "self.z_hat = (z - mean) / self.std**2"}),
                "You divide by the variance. Divide by its root, so that ẑ has variance 1.",
            ),
            "over the units": (
                slips({BATCH: BATCH.replace("axis=0", "axis=1, keepdims=True")}),
                "You normalize each example over its units: that is layer norm. Go down the batch, "
                "axis 0.",
            ),
            "over everything": (
                slips({BATCH: "mean, var, m = z.mean(), z.var(), len(z)"}),
                "You take one mean over all units. Each unit has its own: axis 0.",
            ),
            "γ starts at 0": (
                slips({"self.beta = np.ones(units)": "self.beta = np.zeros(units)"}),
                "Your γ starts at 0, so that nothing passes the layer. It starts at 1.",
            ),
            "kept variance starts at 0": (
                slips({"np.zeros(units), np.ones(units)": "np.zeros(units), np.zeros(units)"}),
                "Your kept variance starts at 0, where frameworks start at 1: until it has grown, "
                "a test divides by too little.",
            ),
            "deviation kept": (
                slips(
                    {"self.rate * var": "self.rate * np.sqrt(var)"},
                    {
                        "self.rate * var": "self.rate * np.sqrt(var)",
                        Z_HAT: f"self.std = self.std if self.training else self.var; {Z_HAT}",
                    },
                    {
                        "self.rate * var": "self.rate * np.sqrt(var + self.eps)",
                        Z_HAT: f"self.std = self.std if self.training else self.var; {Z_HAT}",
                    },
                ),
                "You keep a standard deviation. Keep the variance and take the root when you "
                "normalize; a mean of roots is not the root of a mean.",
            ),
            "changes its input": (
                slips({Z_HAT: "z -= mean; self.z_hat = z / self.std"}),
                "Your `forward` changes the array that it is given: `z -= mean` writes into it. "
                "Make a new one.",
            ),
            "no γ and β in test mode": (
                slips({Y: f"{Y} if self.training else self.z_hat"}),
                "In test mode your layer leaves γ and β out. They are learned, and belong to it in "
                "both modes.",
            ),
        },
    ),
    Exercise(
        "same_momentum",
        reference=0.01,
        right="Keras' momentum weighs the old value and PyTorch's the new one: 1 − 0.99 = 0.01.",
        mistakes={
            "copied": (
                0.99,
                "So 99 % of every new batch would be taken over. Whose weight is it here?",
            ),
            "the default": (
                0.1,
                "That is PyTorch's default. It forgets ten times as fast as 0.99 in Keras.",
            ),
            "of another default": (
                0.9,
                "PyTorch's number weighs the new batch: 0.9 would forget nearly everything at "
                "each step.",
            ),
            "not a weight": (
                lambda momentum: not 0 <= momentum <= 1,
                "A weight lies between 0 and 1.",
                -0.01,
            ),
        },
    ),
]
