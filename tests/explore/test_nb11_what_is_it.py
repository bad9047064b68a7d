"""The numbers behind `centring`, `direction` and `landscape`."""

import re

import numpy as np
import pytest

from bnviz import digits, example, explore, network, recordings, training
from bnviz.pictures import Words
from bnviz.recordings import centring, direction, landscapes, race, smoothness


@pytest.fixture(scope="module")
def batch():
    data = digits.load(dtype=float)
    return data.images[:30], data.labels[:30]


@pytest.fixture(scope="module")
def net():
    return network.init((64, 7, 5, 10), dtype=float)


def test_along_the_gradient(net, batch):
    loss, gradients, _ = training.find_gradients(net, *batch)
    slope = np.square(network.side_by_side(gradients)).sum()
    etas = np.array([0, 1e-4, 0.5])
    losses, cosine = landscapes.along_gradient(net, gradients, *batch, etas)
    assert losses[0] == pytest.approx(loss)
    assert losses[0] - losses[1] == pytest.approx(1e-4 * slope, rel=1e-2)
    assert cosine[0] == pytest.approx(1)
    there = training.descend(net, gradients, 0.5)
    loss, gradients_there, _ = training.find_gradients(there, *batch)
    g, h = network.side_by_side(gradients), network.side_by_side(gradients_there)
    assert losses[2] == pytest.approx(loss)
    assert cosine[2] == pytest.approx(g @ h / np.linalg.norm(g) / np.linalg.norm(h))


def test_a_folded_network_is_the_same_function_without_batch_norm():
    net = network.init(example.SIZES, dtype=float)
    folded = example.folded(net)
    assert not folded.batch_norm
    images = example.images()
    logits = [network.forward(each, images)[0] for each in (net, folded)]
    np.testing.assert_allclose(*logits, atol=1e-6)


def test_landscape_tells_the_cosine_one_rate_ahead_and_the_loss_of_late():
    demo = explore.landscape()
    assert demo.values["step"] == 0
    demo.set(step=200, setting="ReLU, rate 0.03")
    looks = recordings.read("landscapes")["ReLU, rate 0.03"]
    for name, look in looks.items():
        said = re.search(rf" (\S+) \({re.escape(name)}\)", demo.caption)[1].replace("−", "-")
        assert float(said) == pytest.approx(np.median(look["cosine"][:, 1:11, 4]), abs=0.006)
    beside = [words.text for words in demo.figure.findobj(Words)]
    # the last five looks up to step 200
    losses = [look["loss"][:, 6:11, 0].astype(float).mean() for look in looks.values()]
    assert beside == [f"{loss:.2f}" for loss in losses]


def as_float(net):
    return net._replace(layers=network.map_parameters(lambda p: p.astype(float), net.layers))


@pytest.mark.parametrize("activation", centring.ACTIVATIONS)
def test_all_kinds_begin_as_the_same_function(activation):
    """To the accuracy of float32, in which the start is made."""
    x = example.TRAIN[0]
    nets = [centring.start(activation, kind, seed=1) for kind in centring.KINDS]
    if activation == "sigmoid − ½":  # its half is absorbed by the layer above
        nets += [centring.start("sigmoid", kind, seed=1) for kind in centring.KINDS]
        nets += [centring.start(place, "neither", seed=1) for place in centring.HALF_IN]
    logits = [centring.forward(net, x)[0] for net in nets]
    for others in logits[1:]:
        np.testing.assert_allclose(logits[0], others, atol=2e-3)
    folded = centring.forward(nets[0], x)[1]
    for layer in folded:
        np.testing.assert_allclose(layer.y.mean(axis=0), 0, atol=1e-3)
        np.testing.assert_allclose(layer.y.std(axis=0), 1, atol=1e-2)


def test_the_half_is_taken_from_what_enters_the_layers_of_its_name():
    centred = {}
    for place in centring.HALF_IN:
        _, passed = centring.forward(centring.start(place, "neither", seed=1), example.TRAIN[0])
        means = np.array([layer.a.mean() for layer in passed])
        assert np.all((abs(means) < 0.02) | (abs(means - 0.5) < 0.02))
        centred[place] = (abs(means) < 0.02).tolist()
    assert centred == {"½ hidden only": [True, True, False], "½ last only": [False, False, True]}


def test_the_folded_start_is_that_of_the_series():
    x = example.images()
    ours = centring.forward(centring.start("sigmoid", "neither", seed=2), x)[0]
    theirs = network.forward(example.start(example.FOLDED, seed=2), x)[0]
    np.testing.assert_allclose(ours, theirs, atol=0.05)  # 1,200 images or 1,437 of them


@pytest.mark.parametrize(
    ("activation", "kind"),
    [
        ("sigmoid", "neither"),
        ("½ hidden only", "neither"),
        ("½ last only", "both"),
        ("sigmoid − ½", "subtract"),
        ("tanh", "divide"),
        ("ReLU", "both"),
    ],
)
def test_the_gradient_of_a_switched_network(activation, kind, batch, monkeypatch):
    monkeypatch.setattr(centring, "EPS", 1e-5)
    net = as_float(centring.start(activation, kind, seed=0, sizes=(64, 7, 5, 10)))
    gradients = centring.find_gradients(net, *batch)

    def loss(layer, name, place, nudge):
        value = getattr(net.layers[layer], name).copy()
        value[place] += nudge
        layers = list(net.layers)
        layers[layer] = layers[layer]._replace(**{name: value})
        logits, _ = centring.forward(net._replace(layers=tuple(layers)), batch[0])
        return network.cross_entropy(logits, batch[1])[0]

    for layer, names in enumerate([("weights", "gamma", "beta")] * 2 + [("weights", "bias")]):
        for name in names:
            gradient = getattr(gradients[layer], name)
            place = (3,) * gradient.ndim
            slope = (loss(layer, name, place, 1e-6) - loss(layer, name, place, -1e-6)) / 2e-6
            assert gradient[place] == pytest.approx(slope, rel=1e-4, abs=1e-8)


def test_both_switches_on_it_is_the_layer_of_the_series(batch):
    switched = as_float(centring.start("sigmoid", "both", seed=0))
    net = network.Network(switched.layers, eps=float(centring.EPS))
    logits = centring.forward(switched, batch[0])[0], network.forward(net, batch[0])[0]
    np.testing.assert_allclose(*logits, atol=1e-9)
    ours = centring.find_gradients(switched, *batch)
    _, theirs, _ = training.find_gradients(net, *batch)
    compare = np.testing.assert_allclose
    network.map_parameters(lambda p, q: compare(p, q, atol=1e-6), ours, theirs)


def test_a_race_ends_when_one_has_arrived_and_others_had_as_long_again():
    net = example.start(example.WITH_BN, seed=0)
    accuracy, to_marks = race.race(net, np.array([0.01, 1.0]), seed=0, limit=700)
    assert np.isinf(to_marks[:, 0]).any()  # at a rate of 0.01 it does not get there
    assert np.isfinite(to_marks[:, 1]).all()
    steps = race.looks(700)
    for mark, share in enumerate(race.MARKS):
        first = to_marks[1, 1, mark]
        assert accuracy[steps == first, 1] >= share
        assert (accuracy[steps < first, 1] < share).all()
    end = steps.searchsorted(2 * to_marks[:, 1].max())
    assert (accuracy[-1] == accuracy[end]).all()
    assert (accuracy[:end, 0] < accuracy[end, 0]).any()


def test_rates_are_chosen_on_validation_and_counted_on_test_images():
    to_marks = np.full((3, 2, 2, 4), 50.0)
    to_marks[:, 0, 1] = 20  # validation likes the second rate,
    to_marks[:, 1, 1] = [[70] * 4, [80] * 4, [90] * 4]  # where the test images see more steps
    np.testing.assert_array_equal(race.at_best(to_marks, mark=2), [70, 80, 90])


def test_centring_tells_who_has_arrived():
    demo = explore.centring()
    assert demo.values["step"] == 0
    assert not demo.values["subtract"]
    demo.set(divide=True, step=int(race.looks(600)[-1]), mark="95 %")
    record = recordings.read("centring")["sigmoid"]["divide"]
    arrived = np.isfinite(race.at_best(record["to_marks"], 1)).sum()
    assert f"{arrived} of 5 networks have reached 95 %" in demo.caption
    said = [words.text for words in demo.figure.findobj(Words)]
    assert sum(text.startswith("to 95 %") for text in said) == 1
    now = np.median(record["accuracy"][:, -1])
    assert f"{100 * now:.0f}\u00a0% of the test images" in demo.caption


def test_centring_shows_no_step_that_is_yet_to_come():
    demo, steps = explore.centring(), race.looks(600)
    for index in (0, 15, len(steps) - 1):
        demo.set(step=int(steps[index]))
        lines = [
            line for line in demo.figure.axes[0].lines
            if line.get_animated() and line.get_marker() == "None"
        ]  # fmt: skip
        assert [len(line.get_xdata()) for line in lines] == [index + 1] * 10
        dots = [line for line in demo.figure.axes[1].lines if line.get_marker() == "o"]
        assert len(dots) == 5
        places = np.concatenate([line.get_xdata() for line in dots])
        assert np.max(places, initial=0) <= np.log1p(steps[index])


def test_the_cosine_ahead_is_that_of_the_gradient_of_what_is_learned(batch):
    x, labels = batch
    for kind in ("neither", "both"):
        net = race.copies(centring.start("sigmoid", kind, 0), 1)
        after = centring.descend_once(net, x, labels, np.array([1.0]))
        g, h = (smoothness.gradient(each, x, labels) for each in (net, after))
        assert g.size == 64 * 100 + 2 * 100**2 + 1010 + (600 if net.divide else 300)
        before = network.side_by_side(net.layers)[0], network.side_by_side(after.layers)[0]
        moved = np.linalg.norm(before[0] - before[1])  # one step at rate 1
        assert moved == pytest.approx(np.linalg.norm(g), rel=1e-3)
        expected = np.dot(g, h) / np.sqrt(np.dot(g, g) * np.dot(h, h))
        assert smoothness.cosine(g, h) == pytest.approx(expected, rel=1e-4)
        assert smoothness.cosine(g, -g) == pytest.approx(-1)


def test_held_weights_keep_their_length_and_free_ones_grow():
    record = recordings.read("direction")
    held, free = (record[name]["length"] for name in ("held", "free"))
    np.testing.assert_allclose(held, held[:, :1].repeat(held.shape[1], axis=1), rtol=1e-4)
    assert (free[:, -1] > free[:, 0]).all()


def test_direction_tells_the_length_and_the_accuracy():
    demo = explore.direction()
    assert demo.values == {"rate": "10", "norms": "free", "step": 0}
    demo.set(norms="held", step=300)
    assert [words.text for words in demo.figure.findobj(Words)] == ["held"]  # the black line
    told = re.search(r"weights of length (\S+) .* (\d+)\u00a0% of the test", demo.caption).groups()
    record = recordings.read("direction")["held"]
    column = direction.RATES.index(10)
    assert float(told[0]) == pytest.approx(record["length"][:, -1, 1, column].mean(), abs=0.006)
    assert told[1] == f"{100 * np.median(record['accuracy'][:, -1, column]):.0f}"
