"""Wrong calls: those that learners make are refused in a sentence, and none is nonsense in silence.

Where NumPy or Python refuses well enough by itself, there is no check of ours.
"""

import numpy as np
import pytest

from bnviz import batchnorm, digits, measures, network, training
from bnviz.arguments import floats

# Four examples of three units, or of three inputs, and of two classes
batch, two, three = np.arange(12.0).reshape(4, 3), np.ones(2), np.ones(3)
labels = np.array([0, 1, 1, 0])
net = network.init((3, 5, 4, 2), dtype=float)
plain = network.init((3, 5, 4, 2), batch_norm=False, dtype=float)
logits, passed = network.forward(net, batch)
NAMES = vars(batchnorm) | vars(measures) | vars(network) | vars(training)
NAMES |= {"batchnorm": batchnorm, "network": network, "digits": digits}
NAMES |= {"batch": batch, "two": two, "three": three, "stats": (three, three), "labels": labels}
NAMES |= {"net": net, "plain": plain, "logits": logits, "passed": passed}
NAMES |= {"np": np, "inf": np.inf, "nan": np.nan}
NAMES |= {"cache": batchnorm.forward(batch, three, three)[1]}
NAMES |= {"run": training.train(plain, batch, labels, steps=1, batch_size=2)}

# A call, and words of the sentence that refuses it
SAID = [
    # the shape of a batch
    ("batchnorm.batch_statistics(three)", "for one unit write z[:, None]"),
    ("batchnorm.batch_statistics(batch[:0])", "none of them 0, got shape (0, 3)"),
    ("normalize(three, three, three)", "(..., m, units)"),
    ("scale_shift(3.0, three, three)", "(..., m, units)"),
    ("fold(three, None, *[three] * 4)", "weights has the shape"),
    # one number per unit
    ("batchnorm.forward(batch, 1.0, three)", "gamma holds one number per unit"),
    ("batchnorm.forward(batch, batch, three)", "no axis for the rows, got shape (4, 3)"),
    ("normalize(batch, two, three)", "mean holds one number per unit"),
    ("fold(batch, 0.0, *[three] * 4)", "bias holds one number per unit"),
    # a negative variance, and eps
    ("normalize(batch, three, [1.0, -2.0, nan])", "0 or more, got -2.0: is it a mean?"),
    ("fold(batch, None, three, three, three, -three)", "is it a mean?"),
    ("batchnorm.population_statistics([three], [-three], 4)", "is it a mean?"),
    ("update_running((three, -three), stats, 0.1)", "is it a mean?"),
    ("update_running(stats, (three, -three), 0.1)", "is it a mean?"),
    ("normalize(batch, three, three, -1)", "eps is 0 or a little more, got -1"),
    ("normalize(batch, three, three, inf)", "eps is 0 or a little more, got inf"),
    # dy
    ("batchnorm.backward(three, cache)", "dy has the shape of y, (4, 3)"),
    ("batchnorm.backward(batch[:1], cache)", "dy has the shape of y"),
    # statistics for test time
    ("batchnorm.population_statistics([three], [three], 1)", "2 on, got 1: one example says"),
    ("batchnorm.population_statistics([three], [three], 2.5)", "a whole number from 2 on"),
    ("batchnorm.population_statistics(three, three, 4)", "lists of what batch_statistics returns"),
    ("batchnorm.population_statistics([], [], 4)", "lists of what batch_statistics returns"),
    ("batchnorm.population_statistics(batch, batch[:2], 4)", "(4, 3) and (2, 3)"),
    ("update_running(stats, (three, [1.0]), 0.1)", "pairs (mean, var) of one shape"),
    ("update_running((0, 1), stats, 0.1)", "pairs (mean, var) of one shape"),
    ("update_running(stats, stats, 90)", "rate is from 0 to 1, got 90: it weighs the new batch"),
    ("predict(net, batch)", "needs the statistics of the population"),
    # networks
    ("init((64, 10))", "try (64, 100, 10)"),
    ("init((3, 0, 2))", "each 1 or more, got (3, 0, 2)"),
    ("init((3, 5, 2), activation='tanh')", "one of ['sigmoid', 'relu'], got 'tanh'"),
    ("init((3, 5, 2), weights='he')", "a number or one of ['xavier', 'sigmoid'], got 'he'"),
    ("init((3, 5, 2), dtype=int)", "dtype is np.float32 or np.float64"),
    ("stack([])", "0 of 0 forms"),
    ("stack([net, plain])", "2 of 2 forms"),
    ("stack([net, net._replace(eps=0.1), net])", "3 of 2 forms"),
    ("stack([net, net._replace(activation='relu')])", "2 of 2 forms"),
    ("select(net, 0)", "got a single one: use it as it is"),
    ("network.forward(net, batch[0])", "(..., m, 3) for this network, got shape (3,)"),
    # labels
    ("cross_entropy(logits, labels + 1)", "0 to 1 for 2 classes, got 1 to 2: count from 0"),
    ("cross_entropy(logits, labels - 1)", "count from 0"),
    ("cross_entropy(logits, labels > 0)", "one integer for each of 4 examples"),
    ("cross_entropy(logits, labels[:, None])", "one integer for each of 4 examples"),
    ("train(net, batch, labels + 1)", "count from 0"),
    ("accuracy(plain, batch, labels + 1)", "count from 0"),
    # training
    ("train(net, batch[:, :2], labels)", "(n, 3) for this network, got shape (4, 2)"),
    ("train(net, batch * nan, labels)", "nan or inf: where do they come from?"),
    ("train(net, batch, labels, batch_size=1)", "one example alone is its own mean"),
    ("train(net, batch, labels, batch_size=5)", "batch_size is from 1 to 4"),
    ("train(net, batch, labels, batch_size=2, steps=0)", "steps is 1 or more"),
    ("train(net, batch, labels, batch_size=2, snapshots=1)", "snapshots 2 or more"),
    ("train(net, batch, labels, batch_size=2, examples=0)", "examples is 1 or more"),
    ("train(net, batch, labels, batch_size=2, learning_rate=-0.1)", "learning_rate is 0 or more"),
    ("train(net, batch, labels, batch_size=2, learning_rate=[0.1, 1])", "makes a stack"),
    ("train(net, batch, labels, batch_size=2, test=(batch[None], labels))", "(n, 3) for this"),
    ("steps_to(run, 0.9)", "train with test=(images, labels)"),
    ("steps_to(run, 90)", "accuracy is a share from 0 to 1"),
    # measures and data
    ("histogram([1.0, nan], [0, 1])", "2 with 1 nan"),
    ("histogram(batch, [0, 2, 1])", "edges increase"),
    ("compress([])", "is the batch empty?"),
    ("compress([1.0, nan])", "did the training diverge?"),
    ("compress([1.0, -inf])", "did the training diverge?"),
    ("compress(batch, 0)", "at_most is 1 or more"),
    ("share_within([], 1)", "0 with 0 nan"),
    ("share_within(batch, nan)", "limit is 0 or more"),
    ("share_saturated([0.5, nan])", "2 with 1 nan"),
    ("share_saturated([0.5], 97)", "limit is from 0.5 to 1, got 97"),
    ("line_fit(np.ones((2, 3)), np.ones((3, 2)))", "in one shape"),
    ("digits.load(int)", "pixels go from 0 to 1"),
]

# Where numbers are taken, with … for some that are none
TAKEN = [
    "batchnorm.batch_statistics(…)",
    "batchnorm.forward(batch, …[0], three)",
    "batchnorm.forward(batch, three, …[0])",
    "batchnorm.backward(…, cache)",
    "normalize(…, three, three)",
    "normalize(batch, …[0], three)",
    "normalize(batch, three, …[0])",
    "scale_shift(…, three, three)",
    "batchnorm.population_statistics(…, batch, 4)",
    "batchnorm.population_statistics(batch, …, 4)",
    "update_running((…[0], three), stats, 0.1)",
    "update_running(stats, (three, …[0]), 0.1)",
    "fold(…, None, *[three] * 4)",
    "fold(batch, …[0], *[three] * 4)",
    "network.forward(net, …)",
    "cross_entropy(…, labels)",
    "sigmoid(…)",
    "train(net, …, labels)",
    "layer_statistics(net, …, [[0, 1]])",
    "accuracy(plain, …, labels)",
    "histogram(…, [0, 1])",
    "histogram(batch, …[0])",
    "compress(…)",
    "share_within(…, 1)",
    "line_fit(…, batch)",
    "line_fit(batch, …)",
]

# Refused by Python or NumPy in their own words
REFUSED = [
    "batchnorm.forward(batch, three, three, eps=three)",
    "batchnorm.population_statistics([three], [three], [4])",
    "update_running(stats, [three] * 3, 0.1)",
    "init((3, 5, 2), weights=[0.1, 1])",
    "map_parameters(np.add, net.layers, net.layers[:-1])",
    "network.backward(1.0, passed)",
    "network.backward(logits[:1], passed)",
    "cross_entropy(logits[0], labels)",
    "cross_entropy(logits, np.ma.masked_equal(labels, 1))",
    "train(net, batch, labels, batch_size=2, test=batch)",
    "train(net, batch, labels, batch_size=2, test=(labels, batch))",
    "train(net, batch, labels, batch_size=2, frozen='gamma')",
    "train(net, batch, labels, batch_size=2, frozen=('scale',))",
    "train(net, batch, labels, batch_size=2.5)",
    "train_at_rates([net], batch, labels, 0.1, batch_size=2)",
    "layer_statistics(plain, batch, [[0, 1]])",
]


@pytest.mark.parametrize(("call", "words"), SAID, ids=[call for call, _ in SAID])
def test_what_learners_get_wrong_is_refused_in_a_sentence(call, words):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the words are looked for below)
        eval(call, NAMES)
    message = str(refused.value)
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize("call", TAKEN)
def test_what_is_no_real_number_is_refused_wherever_numbers_are_taken(call):
    with pytest.raises(ValueError, match="holds real numbers, got "):
        eval(call.replace("…", "(batch * 1j)"), NAMES)


@pytest.mark.parametrize(
    "values", [batch * 1j, batch.astype(str), batch.astype("M8[s]"), np.ma.masked_equal(batch, 5)]
)
def test_what_is_no_real_number(values):
    with pytest.raises(ValueError, match="z holds real numbers, got "):
        floats("z", values)


@pytest.mark.parametrize("call", REFUSED)
def test_nothing_gives_nonsense_in_silence(call):
    with pytest.raises((ValueError, TypeError, LookupError, AttributeError)):
        eval(call, NAMES)


def test_floats_stay_the_very_array_and_others_become_floats():
    for dtype in (np.float32, np.float64, np.longdouble):
        array = np.ones(3, dtype)
        assert floats("z", array) is array
        assert floats("z", array, dtype) is array
    for dtype, becomes in [(np.float16, np.float32), (np.uint8, np.float64), (bool, np.float64)]:
        assert floats("z", np.ones(3, dtype)).dtype == becomes
    assert floats("z", [1, 2], np.float32).dtype == np.float32
