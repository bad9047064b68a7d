"""Wrong calls, each refused in one sentence: the rule, what came, and often a way out.

A row is the call and how its message begins. Where NumPy's own error says it well enough, there is
no row, for there is no check.
"""

import numpy as np
import pytest

from bnviz import batchnorm, digits, measures, network, training

NAMES = {"np": np, "batchnorm": batchnorm, "digits": digits, "measures": measures}
NAMES |= {"network": network, "training": training, "inf": np.inf, "nan": np.nan}

# Batch norm: four examples of three units

batch, two, three = np.arange(12.0).reshape(4, 3), np.ones(2), np.ones(3)
NAMES |= {"batch": batch, "two": two, "three": three, "stats": (three, three)}
NAMES |= {
    "masked": np.ma.masked_equal(batch, 5),
    "cache": batchnorm.forward(batch, three, three)[1],
}

BATCH = "has the shape (..., m, units), none of them 0, got shape"
UNITS = "holds one number per unit, shape (..., 3) and no axis for the rows, got shape"
REAL = "holds real numbers, got"
VARIANCE = "a variance is a number of 0 or more, got"
EPS = "eps is a number of 0 or more, got"
DY = "dy has the shape of y, (4, 3) or a stack of it, got shape"
M = "m is a whole number of 2 or more, got"
RATE = "rate is a number from 0 to 1, got"
PAIRS = "running and batch are pairs (mean, var) of the same shape, got the shapes"
ROWS = "has rows of equal length, got"
ONE_PER_BATCH = "population_statistics needs one mean and one variance per batch, shape"

BATCHNORM = [
    ("batch_statistics(three)", f"z {BATCH} (3,): for one unit"),
    ("batch_statistics(3.0)", f"z {BATCH} ()"),
    ("batch_statistics([])", f"z {BATCH} (0,)"),
    ("batch_statistics(batch[:0])", f"z {BATCH} (0, 3)"),
    ("batch_statistics(batch[:, :0])", f"z {BATCH} (4,"),
    ("batch_statistics(batch * 1j)", f"z {REAL} ndarray of complex128"),
    ("batch_statistics([['1'], ['2']])", f"z {REAL} list of <U1"),
    ("batch_statistics([[None], [1.0]])", f"z {REAL} list of object"),
    ("batch_statistics(None)", f"z {REAL} NoneType of object"),
    ("batch_statistics([[1.0], [2.0, 3.0]])", f"z {ROWS} [[1.0], [2.0, 3.0]]"),
    ("batch_statistics([masked, masked])", f"z {REAL} list of float64"),
    ("batch_statistics(masked)", f"z {REAL} MaskedArray of float64"),
    ("normalize(three, three, three)", f"z {BATCH} (3,)"),
    ("normalize(masked, three, three)", f"z {REAL} MaskedArray of float64"),
    ("normalize(batch, two, three)", f"mean {UNITS} (2,)"),
    ("normalize(batch, 0.0, three)", f"mean {UNITS} ()"),
    ("normalize(batch, batch, three)", f"mean {UNITS} (4, 3)"),
    ("normalize(batch, three * 1j, three)", f"mean {REAL} ndarray of complex128"),
    ("normalize(batch, three, [1.0])", f"var {UNITS} (1,)"),
    ("normalize(batch, three, batch)", f"var {UNITS} (4, 3)"),
    ("normalize(batch, three, np.ma.masked_less(three, 2))", f"var {REAL} MaskedArray of float64"),
    ("normalize(batch, three, [1.0, -2.0, 1.0])", f"{VARIANCE} -2.0: is it a mean"),
    ("normalize(batch, three, three, -1e-5)", f"{EPS} -1e-05"),
    ("normalize(batch, three, three, nan)", f"{EPS} nan"),
    ("normalize(batch, three, three, None)", f"{EPS} None"),
    ("scale_shift(three, three, three)", f"z_hat {BATCH} (3,)"),
    ("scale_shift(masked, three, three)", f"z_hat {REAL} MaskedArray of float64"),
    ("scale_shift(batch, 1.0, three)", f"gamma {UNITS} ()"),
    ("scale_shift(batch, two, three)", f"gamma {UNITS} (2,)"),
    ("scale_shift(batch, three, [0.0])", f"beta {UNITS} (1,)"),
    ("scale_shift(batch, three, 'abc')", f"beta {REAL} str of <U3"),
    ("forward(three, three, three)", f"z {BATCH} (3,)"),
    ("forward(batch[:0], three, three)", f"z {BATCH}"),
    ("forward(batch * 1j, three, three)", f"z {REAL} ndarray of complex128"),
    ("forward(masked, three, three)", f"z {REAL} MaskedArray of float64"),
    ("forward(batch, two, three)", f"gamma {UNITS} (2,)"),
    ("forward(batch, 1.0, three)", f"gamma {UNITS} ()"),
    ("forward(batch, batch, three)", f"gamma {UNITS} (4, 3)"),
    ("forward(batch, three, np.ones(1))", f"beta {UNITS} (1,)"),
    ("forward(batch, three, None)", f"beta {REAL} NoneType of object"),
    ("forward(batch, three, three, eps=-1)", f"{EPS} -1"),
    ("forward(batch, three, three, eps=nan)", f"{EPS} nan"),
    ("forward(batch, three, three, eps=inf)", f"{EPS} inf"),
    ("forward(batch, three, three, eps='0')", f"{EPS} '0'"),
    ("forward(batch, three, three, eps=True)", f"{EPS} True"),
    ("forward(batch, three, three, eps=three)", f"{EPS} [1.0, 1.0, 1.0]"),
    ("backward(three, cache)", f"{DY} (3,)"),
    ("backward(1.0, cache)", f"{DY} ()"),
    ("backward(batch[:1], cache)", f"{DY} (1, 3)"),
    ("backward(batch[:, :1], cache)", f"{DY} (4, 1)"),
    ("backward(batch.T, cache)", f"{DY} (3, 4)"),
    ("backward(batch * 1j, cache)", f"dy {REAL} ndarray of complex128"),
    ("backward(masked, cache)", f"dy {REAL} MaskedArray of float64"),
    ("population_statistics([three], [three], 1)", f"{M} 1: one example says nothing"),
    ("population_statistics([three], [three], 2.5)", f"{M} 2.5"),
    ("population_statistics([three], [three], nan)", f"{M} nan"),
    ("population_statistics([three], [three], inf)", f"{M} inf"),
    ("population_statistics([three], [three], [4])", f"{M} [4]"),
    ("population_statistics([three], [three], None)", f"{M} None"),
    ("population_statistics([], [], 4)", f"{ONE_PER_BATCH} (batches, ..., units), got (0,) and"),
    ("population_statistics([[]] * 0, [three], 4)", f"{ONE_PER_BATCH} (batches, ..., units), got"),
    ("population_statistics(batch, batch[:2], 4)", f"{ONE_PER_BATCH} (batches, ..., units), got"),
    ("population_statistics(three, three, 4)", f"{ONE_PER_BATCH} (batches, ..., units), got (3,)"),
    ("population_statistics([three], [-three], 4)", f"{VARIANCE} -1.0"),
    ("population_statistics([three], [three * 1j], 4)", f"variances {REAL} list of complex128"),
    ("population_statistics(masked, batch, 4)", f"means {REAL} MaskedArray of float64"),
    ("update_running(stats, stats, 1.1)", f"{RATE} 1.1: it weighs the new batch"),
    ("update_running(stats, stats, -0.1)", f"{RATE} -0.1"),
    ("update_running(stats, stats, nan)", f"{RATE} nan"),
    ("update_running(stats, stats, None)", f"{RATE} None"),
    ("update_running(stats, (three,), 0.1)", f"{PAIRS} (2, 3) and (1, 3)"),
    ("update_running((three,), stats, 0.1)", f"{PAIRS} (1, 3) and (2, 3)"),
    ("update_running((three,), (three,), 0.1)", f"{PAIRS} (1, 3) and (1, 3)"),
    ("update_running(stats, [three] * 3, 0.1)", PAIRS),
    ("update_running(batch, batch, 0.1)", PAIRS),
    ("update_running(stats, (), 0.1)", PAIRS),
    ("update_running((0, 1), stats, 0.1)", f"{PAIRS} (2,) and (2, 3)"),
    ("update_running((two, two), stats, 0.1)", PAIRS),
    ("update_running(stats, (three, [1.0]), 0.1)", f"batch {ROWS} (array([1., 1., 1.]), [1.0])"),
    ("update_running((0.0, three), stats, 0.1)", f"running {ROWS} (0.0, array(["),
    ("update_running((three, -three), stats, 0.1)", f"{VARIANCE} -1.0"),
    ("update_running(stats, (three, -three), 0.1)", f"{VARIANCE} -1.0"),
    ("update_running(stats, (three, three * 1j), 0.1)", f"batch {REAL} tuple of complex128"),
    ("update_running((three, masked[0]), stats, 0.1)", f"running {REAL} tuple of float64"),
    ("inference(three, *[three] * 4)", f"z {BATCH} (3,)"),
    ("inference(batch, two, *[three] * 3)", f"gamma {UNITS} (2,)"),
    ("inference(batch, three, 0, *stats)", f"beta {UNITS} ()"),
    ("inference(batch, three, three, two, three)", f"mean {UNITS} (2,)"),
    ("inference(batch, three, three, three, [1.0])", f"var {UNITS} (1,)"),
    ("inference(batch, three, three, three, -three)", f"{VARIANCE} -1.0"),
    ("inference(batch, three, three, *stats, eps=-1)", f"{EPS} -1"),
    ("fold(three, None, *[three] * 4)", f"weights {BATCH} (3,)"),
    ("fold(batch, two, *[three] * 4)", f"bias {UNITS} (2,)"),
    ("fold(batch, 0.0, *[three] * 4)", f"bias {UNITS} ()"),
    ("fold(batch, None, two, *[three] * 3)", f"gamma {UNITS} (2,)"),
    ("fold(batch, None, three, 0.0, *stats)", f"beta {UNITS} ()"),
    ("fold(batch, None, three, three, 0.0, three)", f"mean {UNITS} ()"),
    ("fold(batch, None, three, three, three, two)", f"var {UNITS} (2,)"),
    ("fold(batch, None, three, three, three, -three)", f"{VARIANCE} -1.0"),
    ("fold(batch, None, *[three] * 4, eps=nan)", f"{EPS} nan"),
    ("fold(masked, None, *[three] * 4)", f"weights {REAL} MaskedArray of float64"),
]

# Networks: four examples of three inputs

sizes = (3, 5, 4, 2)
labels = np.array([0, 1, 1, 0], np.int64)
net = network.init(sizes, dtype=float)
plain = network.init(sizes, batch_norm=False, dtype=float)
logits, passed = network.forward(net, batch)
NAMES["stacked"] = network.stack([net, net])
NAMES |= {"net": net, "plain": plain, "logits": logits, "passed": passed, "labels": labels}

SIZES = "sizes are the inputs, the units of one hidden layer or more, and the classes, got"
SIZE = "each of sizes is a whole number of 1 or more, got"
WEIGHTS = "weights is a number of 0 or more, got"
FORMS = "stack needs networks of the same sizes, activation, eps and kinds of parameters, got"
LIST = "networks is a list of networks, got a single one: write [net]"
X = "x has the shape (..., m, 3) for this network, got shape"
DLOGITS = "dlogits has the shape of the logits, (4, 2), got shape"
LABELS = "labels are one integer for each of 4 examples, shape (4,), got"
CLASSES = "labels go from 0 to 1 for 2 classes, got"

NETWORK = [
    ("init((64, 10))", f"{SIZES} (64, 10): try (64, 100, 10)"),
    ("init([])", f"{SIZES} []"),
    ("init((3, 0, 2))", f"{SIZE} 0"),
    ("init((3, -5, 2))", f"{SIZE} -5"),
    ("init((3, 5, 0))", f"{SIZE} 0"),
    ("init((3, 5.5, 2))", f"{SIZE} 5.5"),
    ("init((3, nan, 2))", f"{SIZE} nan"),
    ("init((3, None, 2))", f"{SIZE} None"),
    ("init('64, 100, 10')", f"{SIZE} '6'"),
    ("init((3, 5, 2), activation='tanh')", "activation is one of ['sigmoid', 'relu'], got 'tanh'"),
    ("init((3, 5, 2), activation=None)", "activation is one of ['sigmoid', 'relu'], got None"),
    ("init((3, 5, 2), weights='he')", f"{WEIGHTS} 'he': else one of ['xavier', 'sigmoid']"),
    ("init((3, 5, 2), weights=-0.1)", f"{WEIGHTS} -0.1: else one of ['xavier', 'sigmoid']"),
    ("init((3, 5, 2), weights=nan)", f"{WEIGHTS} nan"),
    ("init((3, 5, 2), weights=inf)", f"{WEIGHTS} inf"),
    ("init((3, 5, 2), weights=[0.1, 1])", f"{WEIGHTS} [0.1, 1]"),
    ("init((3, 5, 2), weights=None)", f"{WEIGHTS} None"),
    ("init((3, 5, 2), dtype=int)", "dtype is np.float32 or np.float64, got <class 'int'>"),
    ("init((3, 5, 2), dtype='complex64')", "dtype is np.float32 or np.float64, got 'complex64'"),
    ("init((3, 5, 2), dtype=np.float16)", "dtype is np.float32 or np.float64, got <class 'numpy"),
    ("stack([])", f"{FORMS} 0 of 0 forms"),
    ("stack(net)", LIST),
    ("stack([net, plain])", f"{FORMS} 2 of 2 forms: train the others apart"),
    ("stack([net, net._replace(eps=0.1), net])", f"{FORMS} 3 of 2 forms"),
    ("select(net, 0)", "select takes a network out of a stack, got a single one: use it as it is"),
    ("forward(net, batch[0])", f"{X} (3,): for one example write x[None]"),
    ("forward(net, 1.0)", f"{X} ()"),
    ("forward(net, batch.T)", f"{X} (3, 4)"),
    ("forward(plain, batch[:, :1])", f"{X} (4, 1)"),
    ("forward(net, batch * 1j)", f"x {REAL} ndarray of complex128"),
    ("forward(net, masked)", f"x {REAL} MaskedArray of float64"),
    ("predict(plain, batch[0])", f"{X} (3,)"),
    ("predict(plain, [['a'] * 3])", f"x {REAL} list of <U1"),
    ("predict(net, batch)", "predict needs the statistics of the population for batch norm, got a"),
    ("backward(logits[:1], passed)", f"{DLOGITS} (1,"),
    (
        "backward(logits[:, :1], passed)",
        f"{DLOGITS} (4",
    ),
    ("backward(logits[None], passed)", f"{DLOGITS} (1"),
    ("backward(1.0, passed)", f"{DLOGITS} ()"),
    ("backward(logits * 1j, passed)", f"dlogits {REAL} ndarray of complex128"),
    ("cross_entropy(logits[0], labels)", "logits has the shape (..., m, classes), got shape (2,)"),
    ("cross_entropy(logits, labels[:, None])", f"{LABELS} ndarray of int64 and shape (4, 1)"),
    ("cross_entropy(logits, labels[:3])", f"{LABELS} ndarray of int64 and shape (3,)"),
    ("cross_entropy(logits, 0)", f"{LABELS} int of int"),
    ("cross_entropy(logits, labels / 1)", f"{LABELS} ndarray of float64 and shape (4,)"),
    ("cross_entropy(logits, labels > 0)", f"{LABELS} ndarray of bool and shape (4,)"),
    ("cross_entropy(logits, list('0110'))", f"{LABELS} list of <U1 and shape (4,)"),
    ("cross_entropy(logits, np.ma.masked_equal(labels, 1))", f"{LABELS} MaskedArray of int64"),
    ("cross_entropy(logits, labels - 1)", f"{CLASSES} -1 to 0: count from 0"),
    ("cross_entropy(logits, labels + 1)", f"{CLASSES} 1 to 2: count from 0"),
    ("cross_entropy(logits * 1j, labels)", f"logits {REAL} ndarray of complex128"),
    ("sigmoid(batch * 1j)", f"y {REAL} ndarray of complex128"),
    ("sigmoid('0')", f"y {REAL} str of <U1"),
    ("sigmoid(masked)", f"y {REAL} MaskedArray of float64"),
]

# Training, with the same data

NAMES["run"] = training.train(plain, batch, labels, steps=1, batch_size=2)
NAMES["table"] = training.train(plain, batch, labels, 1, 2, test=(batch, labels))

IMAGES = "images have the shape (n, 3) for this network, got shape"
TEST = "test is a pair, (images, labels), got"
STEPS = "steps is a whole number of 1 or more, got"
SNAPSHOTS = "snapshots is a whole number of 2 or more, got"
BATCH_SIZE = "batch_size is a whole number from"
UNIT = "unit is a whole number from 0 to 3, got"
FROZEN = "frozen is a tuple of names out of ['weights', 'bias', 'gamma', 'beta'], got"
LEARNING_RATE = "learning_rate is a number of 0 or more, got"

TRAINING = [
    ("train(net, batch[:, :2], labels)", f"{IMAGES} (4, 2)"),
    ("train(net, batch[0], labels)", f"{IMAGES} (3,)"),
    ("train(net, batch[None], labels)", f"{IMAGES} (1, 4, 3)"),
    ("train(net, batch[:0], labels[:0])", f"{IMAGES} (0, 3)"),
    ("train(net, batch * nan, labels)", "images are finite numbers, got nan or inf"),
    ("train(net, batch * 1j, labels)", f"images {REAL} ndarray of complex128"),
    ("train(net, batch.astype(str), labels)", f"images {REAL} ndarray of <U"),
    ("train(net, masked, labels)", f"images {REAL} MaskedArray of float64"),
    ("train(net, batch, labels[:3])", f"{LABELS} ndarray of int64 and shape (3,)"),
    ("train(net, batch, labels[:, None])", f"{LABELS} ndarray of int64 and shape (4, 1)"),
    ("train(net, batch, labels / 1)", f"{LABELS} ndarray of float64 and shape (4,)"),
    ("train(net, batch, labels + 1)", f"{CLASSES} 1 to 2"),
    ("train(net, batch, labels - 1)", f"{CLASSES} -1 to 0"),
    *[
        (f"train(net, batch, labels, batch_size=2, {choice})", message)
        for choice, message in [
            ("test=batch", f"{TEST} [[0.0, 1.0, 2.0], "),
            ("test=(batch,)", f"{TEST} (array(["),
            ("test=(batch, labels, batch, labels)", f"{TEST} (array(["),
            ("test=(batch[:, :2], labels)", f"test {IMAGES} (4, 2)"),
            ("test=(batch[None], labels)", f"test {IMAGES} (1, 4, 3)"),
            ("test=(batch + inf, labels)", "test images are finite numbers, got nan or inf"),
            ("test=(batch, labels[:, None])", f"test {LABELS} ndarray of int64 and shape (4, 1)"),
            ("test=(batch, labels.astype(str))", f"test {LABELS} ndarray of <U"),
            ("test=(batch, 1)", f"test {LABELS} int of int"),
            ("test=(batch, labels + 1)", f"test {CLASSES} 1 to 2"),
            ("test=(labels, batch)", f"test {IMAGES} (4,)"),
            ("steps=0", f"{STEPS} 0"),
            ("steps=-1", f"{STEPS} -1"),
            ("steps=2.5", f"{STEPS} 2.5"),
            ("steps=nan", f"{STEPS} nan"),
            ("steps=None", f"{STEPS} None"),
            ("snapshots=1", f"{SNAPSHOTS} 1"),
            ("snapshots=2.5", f"{SNAPSHOTS} 2.5"),
            ("snapshots=None", f"{SNAPSHOTS} None"),
            ("examples=0", "examples is a whole number of 1 or more, got 0"),
            ("examples=-5", "examples is a whole number of 1 or more, got -5"),
            ("examples=0.5", "examples is a whole number of 1 or more, got 0.5"),
            ("unit=4", f"{UNIT} 4: the narrowest layer ends there"),
            ("unit=-1", f"{UNIT} -1"),
            ("unit=0.5", f"{UNIT} 0.5"),
            ("frozen='gamma'", f"{FROZEN} 'gamma': write (\"gamma\",) for a single one"),
            ("frozen=('scale',)", f"{FROZEN} ('scale',)"),
            ("learning_rate=-0.1", f"{LEARNING_RATE} -0.1"),
            ("learning_rate=nan", f"{LEARNING_RATE} nan"),
            ("learning_rate=inf", f"{LEARNING_RATE} inf"),
            ("learning_rate=None", f"learning_rate {REAL} NoneType of object"),
            ("learning_rate='0.1'", f"learning_rate {REAL} str of <U3"),
            ("learning_rate=[0.1, 1]", "learning_rate is one number, or one for each network of a"),
        ]
    ],
    ("train(plain, batch, labels, batch_size=2, rate=2)", f"{RATE} 2"),
    ("train(net, batch, labels, batch_size=2, rate=nan)", f"{RATE} nan"),
    ("train(stacked, batch, labels, batch_size=2, unit=4)", f"{UNIT} 4"),
    (
        "train(net, batch, labels, batch_size=1)",
        "batch_size is a number of 2 or more, got 1: with batch norm",
    ),
    ("train(net, batch, labels, batch_size=5)", f"{BATCH_SIZE} 1 to 4, got 5: take a smaller one"),
    ("train(net, batch, labels, batch_size=None)", f"{BATCH_SIZE} 1 to 4, got None"),
    (
        "step(net, batch, labels, 0.3)",
        "rates has the form of net.layers, got 0.3",
    ),
    ("step(net, batch[0], labels, net.layers)", f"{X} (3,)"),
    ("step(net, batch, labels - 1, net.layers)", f"{CLASSES} -1 to 0"),
    ("sweep(net, batch, labels, [0.1])", LIST),
    ("sweep([net], batch, labels, [1j])", f"learning_rates {REAL} list of complex128"),
    ("sweep([net], batch, labels, 0.1)", "learning_rates is a list of numbers, got 0.1"),
    ("sweep([net], batch, labels, [0.1, -1])", BATCH_SIZE),
    ("sweep([net], batch, labels, [0.1, -1], batch_size=2)", f"{LEARNING_RATE} [0.1, -1.0]"),
    ("minibatches(10, 0)", f"{BATCH_SIZE} 1 to 10, got 0: take a smaller one, or more data"),
    ("minibatches(10, -1)", f"{BATCH_SIZE} 1 to 10, got -1"),
    ("minibatches(10, 11)", f"{BATCH_SIZE} 1 to 10, got 11"),
    ("minibatches(10, 2.5)", f"{BATCH_SIZE} 1 to 10, got 2.5"),
    ("minibatches(10, nan)", f"{BATCH_SIZE} 1 to 10, got nan"),
    ("snapshot_steps(0, 5)", f"{STEPS} 0"),
    ("snapshot_steps(9, 1)", f"{SNAPSHOTS} 1"),
    ("accuracy(plain, batch, labels[:, None])", f"{LABELS} ndarray of int64 and shape (4, 1)"),
    ("accuracy(plain, batch, labels[:1])", f"{LABELS} ndarray of int64 and shape (1,)"),
    ("accuracy(plain, batch, 0)", f"{LABELS} int of int"),
    ("accuracy(plain, batch, labels.astype(str))", f"{LABELS} ndarray of <U"),
    ("accuracy(plain, batch, labels + 1)", f"{CLASSES} 1 to 2"),
    ("accuracy(plain, batch.T, labels)", f"{IMAGES} (3, 4)"),
    ("accuracy(plain, batch[:0], labels[:0])", f"{IMAGES} (0, 3)"),
    ("accuracy(plain, batch * nan, labels)", "images are finite numbers, got nan or inf"),
    ("accuracy(net, batch, labels)", "predict needs the statistics of the population"),
    ("steps_to(run, 0.9)", "steps_to needs a run that recorded its accuracy, got one that did not"),
    ("steps_to(table, 90)", "accuracy is a number from 0 to 1, got 90"),
    ("steps_to(table, nan)", "accuracy is a number from 0 to 1, got nan"),
    (
        "batch_statistics(plain, batch, [[0, 1]])",
        "batch_statistics needs a network with",
    ),
    (
        "batch_statistics(net, batch, [])",
        "batch_statistics needs at least one mini-batch",
    ),
    ("batch_statistics(net, batch * 1j, [[0, 1]])", f"images {REAL} ndarray of complex128"),
    ("population_statistics(net, batch, 1)", f"{BATCH_SIZE} 2 to 4, got 1"),
    ("population_statistics(net, batch, 5)", f"{BATCH_SIZE} 2 to 4, got 5"),
    ("population_statistics(net, batch, 2.5)", f"{BATCH_SIZE} 2 to 4, got 2.5"),
]

# Measures and data

EDGES = "histogram needs two or more increasing edges, got"
AT_MOST = "at_most is a whole number of 1 or more, got"
KNOWN = "or more values and no nan, got"
LIMIT = "limit is a number"
AS_MANY = "line_fit needs y and a in one shape, got"

MEASURES = [
    ("histogram([1.0, nan], [0, 1])", f"histogram needs 0 {KNOWN} 2 with 1 nan"),
    ("histogram(batch * 1j, [0, 1])", f"values {REAL} ndarray of complex128"),
    ("histogram(masked, [0, 1])", f"values {REAL} MaskedArray of float64"),
    ("histogram(['1'], [0, 1])", f"values {REAL} list of <U1"),
    ("histogram(batch, [0, 0])", f"{EDGES} [0.0, 0.0]"),
    ("histogram(batch, [1, 0])", f"{EDGES} [1.0, 0.0]"),
    ("histogram(batch, [0, 2, 1])", f"{EDGES} [0.0, 2.0, 1.0]"),
    ("histogram(batch, [0, 1j])", f"edges {REAL} list of complex128"),
    ("histogram(batch, [0, nan])", f"{EDGES} [0.0, nan]"),
    ("histogram(batch, [0])", f"{EDGES} [0.0]"),
    ("histogram(batch, 10)", f"{EDGES} 10.0"),
    ("histogram(batch, batch)", f"{EDGES} [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], "),
    ("compress([])", "compress needs at least one value, got none"),
    ("compress([1.0, nan])", "compress needs finite values, got nan or inf"),
    ("compress([1.0, -inf])", "compress needs finite values, got nan or inf"),
    ("compress(masked)", f"values {REAL} MaskedArray of float64"),
    ("compress(batch * 1j)", f"values {REAL} ndarray of complex128"),
    ("compress(batch, 0)", f"{AT_MOST} 0"),
    ("compress(batch, -4)", f"{AT_MOST} -4"),
    ("compress(batch, 2.5)", f"{AT_MOST} 2.5"),
    ("compress(batch, nan)", f"{AT_MOST} nan"),
    ("compress(batch, None)", f"{AT_MOST} None"),
    ("percentiles([])", "percentiles needs a list of at least one value, got []"),
    ("percentiles(np.ones((3, 0)))", "percentiles needs a list of at least one value, got [[], []"),
    ("percentiles(3.0)", "percentiles needs a list of at least one value, got 3.0"),
    ("percentiles(masked)", f"values {REAL} MaskedArray of float64"),
    (
        "share_within([1.0, nan], 1)",
        f"share_within needs 1 {KNOWN}",
    ),
    ("share_within([], 1)", f"share_within needs 1 {KNOWN}"),
    ("share_within(batch, -1)", f"{LIMIT} of 0 or more, got -1"),
    ("share_within(batch, nan)", f"{LIMIT} of 0 or more, got nan"),
    ("share_within(batch, None)", f"{LIMIT} of 0 or more, got None"),
    ("share_within(batch, three)", f"{LIMIT} of 0 or more, got [1.0, 1.0, 1.0]"),
    ("share_within(masked, 1)", f"values {REAL} MaskedArray of float64"),
    (
        "share_saturated([0.5, nan])",
        f"share_saturated needs 1 {KNOWN}",
    ),
    (
        "share_saturated([])",
        f"share_saturated needs 1 {KNOWN}",
    ),
    ("share_saturated([0.5], 0.4)", f"{LIMIT} from 0.5 to 1, got 0.4"),
    ("share_saturated([0.5], 97)", f"{LIMIT} from 0.5 to 1, got 97"),
    ("share_saturated([0.5], nan)", f"{LIMIT} from 0.5 to 1, got nan"),
    ("line_fit([1.0, 2.0], [1.0])", f"{AS_MANY} (2,) and (1,)"),
    ("line_fit(np.ones((2, 3)), np.ones((3, 2)))", f"{AS_MANY} (2, 3) and (3, 2)"),
    ("line_fit([], [])", f"{AS_MANY} (0,) and (0,)"),
    ("line_fit([1.0, 2.0], 1.0)", f"{AS_MANY} (2,) and ()"),
    ("line_fit(batch * 1j, batch)", f"y {REAL} ndarray of complex128"),
    ("line_fit(batch, masked)", f"a {REAL} MaskedArray of float64"),
]

DIGITS = [
    ("load(int)", "dtype is a float type, for pixels go from 0 to 1, got <class 'int'>"),
    ("load('uint8')", "dtype is a float type, for pixels go from 0 to 1, got 'uint8'"),
    ("load(complex)", "dtype is a float type, for pixels go from 0 to 1, got <class 'complex'>"),
]

WRONG_CALLS = [
    (f"{module}.{call}", message)
    for module, rows in [
        ("batchnorm", BATCHNORM),
        ("network", NETWORK),
        ("training", TRAINING),
        ("measures", MEASURES),
        ("digits", DIGITS),
    ]
    for call, message in rows
]


def test_every_wrong_call_is_here_once():
    assert len(WRONG_CALLS) == len(dict(WRONG_CALLS)) > 200


@pytest.mark.parametrize(("call", "beginning"), WRONG_CALLS, ids=[call for call, _ in WRONG_CALLS])
def test_a_wrong_call_is_refused_in_one_sentence(call, beginning):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the message is matched below)
        eval(call, NAMES)
    message = str(refused.value)
    assert message.startswith(beginning)
    assert ", got " in message
    assert "\n" not in message
    assert len(message) < 250
