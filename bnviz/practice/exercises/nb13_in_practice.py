"""Your turn in notebook 13: the whole layer, and a momentum that changes sides.

A wrong layer is a small class that overrides one method of the right one.
"""

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
        mean, var = self.statistics(z)
        self.std = np.sqrt(var + self.eps)
        self.z_hat = (z - mean) / self.std
        return self.gamma * self.z_hat + self.beta

    def statistics(self, z):
        if not self.training:
            return self.mean, self.var
        self.refuse_one(len(z))
        mean, var = self.batch_statistics(z)
        self.keep(mean, self.corrected(var, len(z)))
        return mean, var

    def refuse_one(self, m):
        if m == 1:
            raise ValueError("one example has no variance: train with two or more, or use eval")

    def batch_statistics(self, z):
        return z.mean(axis=0), z.var(axis=0)

    def corrected(self, var, m):
        return var * m / (m - 1)

    def keep(self, mean, var):
        self.mean = (1 - self.rate) * self.mean + self.rate * mean
        self.var = (1 - self.rate) * self.var + self.rate * var

    def backward(self, dy):
        dgamma = (dy * self.z_hat).sum(axis=0)
        dbeta = dy.sum(axis=0)
        return self.dz(dy, dgamma / len(dy), dbeta / len(dy)), dgamma, dbeta

    def dz(self, dy, mean_dgamma, mean_dbeta):
        return self.gamma / self.std * (dy - mean_dbeta - self.z_hat * mean_dgamma)


class AsInKeras(BatchNorm):
    def corrected(self, var, m):
        return var


class TakesOne(BatchNorm):
    def refuse_one(self, m):
        pass


def both(*layers):
    """Layers with a slip, each in both legal conventions of the variance that is kept.

    And each as a layer that keeps nan when one example comes alone.
    """
    ways = [
        type(layer.__name__, (way, layer), {}) for way in (AsInKeras, TakesOne) for layer in layers
    ]
    return [*layers, *ways]


# What is kept


class NothingKept(BatchNorm):
    def keep(self, mean, var):
        pass


class OnlyTheMeanKept(BatchNorm):
    def keep(self, mean, var):
        self.mean = (1 - self.rate) * self.mean + self.rate * mean


class OnlyTheLastBatchKept(BatchNorm):
    def keep(self, mean, var):
        self.mean, self.var = mean, var


class RateWeighsTheOld(BatchNorm):
    def keep(self, mean, var):
        self.mean = self.rate * self.mean + (1 - self.rate) * mean
        self.var = self.rate * self.var + (1 - self.rate) * var


class OldKeptWhole(BatchNorm):
    def keep(self, mean, var):
        self.mean = self.mean + self.rate * mean
        self.var = self.var + self.rate * var


class DeviationKept(BatchNorm):
    def keep(self, mean, var):
        super().keep(mean, np.sqrt(var))


class DeviationKeptAndUsed(DeviationKept):
    def statistics(self, z):
        mean, var = super().statistics(z)
        return mean, var if self.training else var**2 - self.eps


class DeviationWithEpsKept(DeviationKeptAndUsed):
    def keep(self, mean, var):
        BatchNorm.keep(self, mean, np.sqrt(var + self.eps))


class KeptForEachExample(BatchNorm):
    def statistics(self, z):
        if not self.training:
            return self.mean, self.var
        mean, var = self.batch_statistics(z)
        self.keep(z, (z - mean) ** 2)
        return mean, var


class CorrectedTheWrongWay(BatchNorm):
    def corrected(self, var, m):
        return var * (m - 1) / m


class DividedOnceMore(BatchNorm):
    def corrected(self, var, m):
        return var / (m - 1)


class OnTheClass(BatchNorm):
    """Its kept statistics, once made, are those of every layer."""

    def __init__(self, units, rate=0.1, eps=1e-5):
        super().__init__(units, rate, eps)
        del self.mean, self.var

    def keep(self, mean, var):
        super().keep(mean, var)
        type(self).mean, type(self).var = self.mean, self.var
        del self.mean, self.var


class OnTheClassFrom0And1(OnTheClass):
    mean, var = 0.0, 1.0


class VarianceFrom0(BatchNorm):
    def __init__(self, units, rate=0.1, eps=1e-5):
        super().__init__(units, rate, eps)
        self.var = np.zeros(units)


class GammaFrom0(BatchNorm):
    def __init__(self, units, rate=0.1, eps=1e-5):
        super().__init__(units, rate, eps)
        self.gamma = np.zeros(units)


# What is normalized with


class IgnoresTraining(BatchNorm):
    def statistics(self, z):
        mean, var = self.batch_statistics(z)
        self.keep(mean, self.corrected(var, len(z)))
        return mean, var


class IgnoresTrainingAndRaises(IgnoresTraining):
    def corrected(self, var, m):
        return m / (m - 1) * var  # ZeroDivisionError for one example


class IgnoresTrainingAndGuards(IgnoresTraining):
    def corrected(self, var, m):
        return var * m / max(m - 1, 1)


class KeepsNothingAndUsesTheBatch(NothingKept):
    def statistics(self, z):
        return self.batch_statistics(z)


class TestUsesTheBatch(BatchNorm):
    def statistics(self, z):
        super().statistics(z)
        return self.batch_statistics(z)


class TestMovesTheKept(BatchNorm):
    def statistics(self, z):
        if self.training:
            self.refuse_one(len(z))
        mean, var = self.batch_statistics(z)
        self.keep(mean, self.corrected(var, len(z)))
        return (mean, var) if self.training else (self.mean, self.var)


class TestMovesTheKeptLater(TestMovesTheKept):
    def statistics(self, z):
        old = self.mean, self.var
        now = super().statistics(z)
        return now if self.training else old


class TrainingUsesTheKept(BatchNorm):
    def statistics(self, z):
        super().statistics(z)
        return self.mean, self.var


class TrainingUsesTheOldKept(BatchNorm):
    def statistics(self, z):
        old = self.mean, self.var
        super().statistics(z)
        return old


class NormalizesWithTheKeptVariance(BatchNorm):
    def statistics(self, z):
        mean, var = super().statistics(z)
        return mean, var * len(z) / (len(z) - 1) if self.training else var


class OverTheUnits(BatchNorm):
    def batch_statistics(self, z):
        return z.mean(axis=1, keepdims=True), z.var(axis=1, keepdims=True)


class OverEverything(BatchNorm):
    def batch_statistics(self, z):
        return z.mean(), z.var()


# How


class ScaledFirst(BatchNorm):
    def forward(self, z):
        super().forward(self.gamma * z + self.beta)
        return self.z_hat


class TestWithoutGammaAndBeta(BatchNorm):
    def forward(self, z):
        y = super().forward(z)
        return y if self.training else self.z_hat


class OnlyCentred(BatchNorm):
    def forward(self, z):
        return self.gamma * super().forward(z) * 0 + self.gamma * self.z_hat * self.std + self.beta


class DividedByTheVariance(BatchNorm):
    def forward(self, z):
        super().forward(z)
        self.z_hat = self.z_hat / self.std
        return self.gamma * self.z_hat + self.beta


class EpsOutside(BatchNorm):
    def forward(self, z):
        mean, var = self.statistics(z)
        self.std = np.sqrt(var) + self.eps
        self.z_hat = (z - mean) / self.std
        return self.gamma * self.z_hat + self.beta


class NoEps(BatchNorm):
    def __init__(self, units, rate=0.1, eps=1e-5):
        super().__init__(units, rate, eps=0)


class TypedEps(BatchNorm):
    def __init__(self, units, rate=0.1, eps=1e-5):
        super().__init__(units, rate, eps=1e-5)


class TypedRate(BatchNorm):
    def __init__(self, units, rate=0.1, eps=1e-5):
        super().__init__(units, 0.1, eps)


class ChangesItsInput(BatchNorm):
    def forward(self, z):
        y = super().forward(z)
        z -= z.mean(axis=0)
        return y


# Back


class StatisticsAsConstants(BatchNorm):
    def dz(self, dy, mean_dgamma, mean_dbeta):
        return self.gamma / self.std * dy


class NotThroughTheVariance(BatchNorm):
    def dz(self, dy, mean_dgamma, mean_dbeta):
        return super().dz(dy, 0, mean_dbeta)


class NotThroughTheMean(BatchNorm):
    def dz(self, dy, mean_dgamma, mean_dbeta):
        return super().dz(dy, mean_dgamma, 0)


class SumsInDz(BatchNorm):
    def dz(self, dy, mean_dgamma, mean_dbeta):
        return super().dz(dy, len(dy) * mean_dgamma, len(dy) * mean_dbeta)


class DzWithoutGamma(BatchNorm):
    def dz(self, dy, mean_dgamma, mean_dbeta):
        return super().dz(dy, mean_dgamma, mean_dbeta) / self.gamma


class DzNotDivided(BatchNorm):
    def dz(self, dy, mean_dgamma, mean_dbeta):
        return super().dz(dy, mean_dgamma, mean_dbeta) * self.std


class MeansForSums(BatchNorm):
    def backward(self, dy):
        dz, dgamma, dbeta = super().backward(dy)
        return dz, dgamma / len(dy), dbeta / len(dy)


class DgammaWithZ(BatchNorm):
    def forward(self, z):
        self.z = z
        return super().forward(z)

    def backward(self, dy):
        dz, _, dbeta = super().backward(dy)
        return dz, (dy * self.z).sum(axis=0), dbeta


class Swapped(BatchNorm):
    def backward(self, dy):
        dz, dgamma, dbeta = super().backward(dy)
        return dz, dbeta, dgamma


class AddsUp(BatchNorm):
    dgamma = dbeta = 0

    def backward(self, dy):
        dz, dgamma, dbeta = super().backward(dy)
        self.dgamma, self.dbeta = self.dgamma + dgamma, self.dbeta + dbeta
        return dz, self.dgamma, self.dbeta


# The life of a layer


def live_through(layer, batch, small, other, dy, dy_small, settings):
    """Train a layer on batches of two sizes, another one in between, test it, and train it again.

    Returns what was seen, by name.
    """
    layer = type(layer.__name__, (layer,), own_copies(layer))
    first, second = layer(batch.shape[-1], **settings), layer(other.shape[-1], **settings)
    told = {"gamma at the start": plain(first.gamma), "beta at the start": plain(first.beta)}
    give(first, "gamma", np.linspace(-0.5, 2, len(first.gamma)))
    give(first, "beta", np.linspace(1, -1, len(first.beta)))
    told["y in training"] = plain(first.forward(batch))
    told["y of a second layer"] = plain(second.forward(other))
    told |= gradients(first, dy, "")
    told["y of a smaller batch"] = plain(first.forward(small))
    told |= gradients(first, dy_small, " of a smaller batch")
    told |= kept(first, "after training")
    first.training = False
    told["y of a batch in test mode"] = plain(first.forward(batch))
    told["y of one example in test mode"] = plain(first.forward(small[:1]))
    told |= kept(first, "after test mode")
    first.training = True
    told["y back in training"] = plain(first.forward(small))
    told |= gradients(first, dy_small, " back in training")
    told |= kept(first, "back in training") | kept(second, "of a second layer")
    third = layer(batch.shape[-1], **settings)
    told["one example in training is refused, or keeps numbers"] = refuses_or_keeps(
        third, small[:1]
    )
    return told


@np.errstate(all="ignore")  # 0/0 is one of the mistakes
def refuses_or_keeps(layer, example):
    """Whether one example alone is refused in training, or leaves numbers behind, and no nan."""
    try:
        layer.forward(example)
    except (ValueError, ZeroDivisionError):
        return True
    return bool(np.isfinite(np.asarray(plain(layer.var), float)).all())


def own_copies(layer):
    """What a class itself holds, copied, so that no trial reaches the next."""
    return {name: value.copy() for name, value in vars(layer).items() if hasattr(value, "copy")}


def give(layer, name, values):
    """Set a parameter, or fill it where it is one of PyTorch's."""
    parameter = getattr(layer, name)
    if hasattr(parameter, "detach"):
        parameter.data = parameter.new_tensor(values)
    else:
        setattr(layer, name, values)


def gradients(layer, dy, when):
    """The three results of `backward` by name, or the result as it is where there are not three."""
    results = plain(layer.backward(dy))
    if isinstance(results, list) and len(results) == len(NAMES):
        results = {name + when: each for name, each in zip(NAMES, results, strict=True)}
    return {"result of `backward`" + when: results}


def kept(layer, when):
    return {f"kept mean {when}": plain(layer.mean), f"kept variance {when}": plain(layer.var)}


NAMES = "dz", "dgamma", "dbeta"
RNG = np.random.default_rng(0)


def case(m, units, fewer, others, settings):
    """A batch of m, one of fewer, one of other units, and gradients for the first two."""
    widths = np.geomspace(3, 0.01, units)  # beside the last one, eps is not small
    batch, small = (
        RNG.normal(size=(n, units)) * widths + RNG.normal(size=units) for n in (m, fewer)
    )
    dy, dy_small = RNG.normal(size=(m, units)), RNG.normal(size=(fewer, units))
    return batch, small, RNG.normal(size=(m + 1, others)), dy, dy_small, settings


EXERCISES = [
    Exercise(
        "BatchNorm",
        reference=BatchNorm,
        use=live_through,
        cases=[
            case(4, 3, 2, 2, {}),
            case(5, 2, 3, 4, {"rate": 0.3, "eps": 0.01}),
        ],
        right=(
            "The whole layer. You keep the variance times m/(m − 1), as the paper and PyTorch do."
        ),
        also={
            "keeps the variance as Keras does": (
                AsInKeras,
                "The whole layer. You keep the variance divided by m, as Keras and Flax do; the "
                "paper and PyTorch keep it times m/(m − 1).",
            ),
        },
        mistakes={
            "ignores training": (
                [*both(IgnoresTraining), IgnoresTrainingAndRaises, IgnoresTrainingAndGuards],
                "Your layer does the same in both modes. While `self.training` is false, it "
                "normalizes with what it has kept, and leaves that as it is.",
            ),
            "one alone leaves nan behind": (
                TakesOne,
                "One thing is left: if one example comes alone in training, m − 1 is 0, your kept "
                "variance becomes nan, and nan it stays. Refuse such a batch with a `ValueError` "
                "whose sentence helps, as PyTorch does.",
            ),
            "no test mode": (
                [KeepsNothingAndUsesTheBatch],
                "Your layer keeps nothing and always normalizes with the batch. In training, move "
                "`mean` and `var` towards the batch's; while `self.training` is false, use them.",
            ),
            "nothing is kept": (
                [NothingKept],
                "Your kept mean and variance never change. In training, move them towards the "
                "batch's.",
            ),
            "only the mean is kept": (
                [OnlyTheMeanKept],
                "Your kept variance is still 1 after training: update it as you do the mean.",
            ),
            "kept in test mode, too": (
                both(TestMovesTheKept, TestMovesTheKeptLater),
                "Your kept statistics move in test mode, too. A test must not change the layer: "
                "update them only while `self.training` is true.",
            ),
            "only the last batch is kept": (
                both(OnlyTheLastBatchKept),
                "You keep the statistics of the last batch alone. Move the old ones towards them "
                "by `rate`.",
            ),
            "rate weighs the old value": (
                both(RateWeighsTheOld),
                "Your `rate` weighs the old value, as Keras' momentum does. Here it weighs the new "
                "batch, as PyTorch's does: a tenth of the new and nine tenths of the old.",
            ),
            "old value kept whole": (
                both(OldKeptWhole),
                "The old average keeps its whole weight, so it grows. The weights must sum to 1.",
            ),
            "rate is typed": (
                both(TypedRate),
                "Your layer always uses the rate 0.1. It should use the one it is given.",
            ),
            "normalizes with m − 1": (
                both(NormalizesWithTheKeptVariance),
                "In training you normalize with a variance divided by m − 1. It is divided by m; "
                "the correction belongs to the variance that is kept.",
            ),
            "corrected the wrong way round": (
                [CorrectedTheWrongWay],
                "Your kept variance is too small: the batch's is low already, and your factor "
                "makes it lower.",
            ),
            "divided by m − 1 once more": (
                [DividedOnceMore],
                "You divide the batch's variance by m − 1, but it was divided by m before. Take "
                "that back first.",
            ),
            "γ and β come first": (
                both(ScaledFirst),
                "You apply γ and β before you normalize, and normalizing takes them away again: "
                "they come last.",
            ),
            "shared between layers": (
                both(OnTheClassFrom0And1),
                "A second layer has the statistics of the first: they belong to the class. Make "
                "them in `__init__`, as `self.mean`, so that each layer has its own.",
            ),
            "kept for each example": (
                both(KeptForEachExample),
                "Your kept statistics have a row for each example of the batch. Take the mean over "
                "axis 0 before you keep it: one number for each unit.",
            ),
            "test mode uses the batch": (
                both(TestUsesTheBatch),
                "In test mode you normalize with the batch's own statistics, so one example alone "
                "gives β whatever it is. Use the kept ones.",
            ),
            "training uses what is kept": (
                both(TrainingUsesTheKept, TrainingUsesTheOldKept),
                "In training you normalize with the kept statistics. Those are for the test; in "
                "training, use the batch's own.",
            ),
            "statistics as constants": (
                both(StatisticsAsConstants),
                "Your dz treats the mean and the variance as constants. They depend on z, and take "
                "two terms away from dy.",
            ),
            "no gradient through the variance": (
                both(NotThroughTheVariance),
                "A term is missing in your dz: the one through the variance, ẑ times the mean of "
                "dy · ẑ.",
            ),
            "no gradient through the mean": (
                both(NotThroughTheMean),
                "A term is missing in your dz: the one through the mean, which is the mean of dy.",
            ),
            "sums in dz": (
                both(SumsInDz),
                "Your dz takes sums over the batch away. It takes means away: divide both sums by "
                "m.",
            ),
            "means in dgamma": (
                both(MeansForSums),
                "Your dgamma and dbeta are means over the batch. The loss's own 1/m is in dy "
                "already: add up.",
            ),
            "dgamma with z": (
                both(DgammaWithZ),
                "Your dgamma multiplies dy by z. What γ multiplies is ẑ, so that is its gradient.",
            ),
            "dgamma and dbeta swapped": (
                both(Swapped),
                "Your dgamma and dbeta are swapped: dbeta is the sum of dy, dgamma that of dy · ẑ.",
            ),
            "gradients add up": (
                both(AddsUp),
                "Your dgamma and dbeta add up from one `backward` to the next. Each returns those "
                "of its own batch.",
            ),
            "dz without γ": (
                both(DzWithoutGamma),
                "Your dz lacks γ: on the way back, dy meets it first.",
            ),
            "dz not divided by the deviation": (
                both(DzNotDivided),
                "Your dz is not divided by √(σ² + ε), though z was on its way forward.",
            ),
            "ε outside the root": (
                both(EpsOutside),
                "You add ε to the root. It stands inside: √(σ² + ε), which matters where the "
                "variance is small.",
            ),
            "no ε": (
                both(NoEps),
                "Your layer does not use ε: a unit that never changes would give 0/0.",
            ),
            "ε is typed": (
                both(TypedEps),
                "Your layer always uses ε = 1e-5. It should use the one it is given.",
            ),
            "divided by the variance": (
                both(DividedByTheVariance),
                "You divide by the variance. Divide by its root, so that ẑ has variance 1.",
            ),
            "only centred": (
                both(OnlyCentred),
                "You take the mean away, and stop there. Divide by √(σ² + ε) as well.",
            ),
            "over the units": (
                both(OverTheUnits),
                "You normalize each example over its units: that is layer norm. Go down the batch, "
                "axis 0.",
            ),
            "over everything": (
                both(OverEverything),
                "You take one mean over all units. Each unit has its own: axis 0.",
            ),
            "γ starts at 0": (
                both(GammaFrom0),
                "Your γ starts at 0, so that nothing passes the layer. It starts at 1.",
            ),
            "kept variance starts at 0": (
                both(VarianceFrom0),
                "Your kept variance starts at 0, where frameworks start at 1: until it has grown, "
                "a test divides by too little.",
            ),
            "deviation kept": (
                both(DeviationKept, DeviationKeptAndUsed, DeviationWithEpsKept),
                "You keep a standard deviation. Keep the variance and take the root when you "
                "normalize; a mean of roots is not the root of a mean.",
            ),
            "changes its input": (
                both(ChangesItsInput),
                "Your `forward` changes the array that it is given: `z -= mean` writes into it. "
                "Make a new one.",
            ),
            "no γ and β in test mode": (
                both(TestWithoutGammaAndBeta),
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
