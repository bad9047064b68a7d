"""The numbers behind `regularization`: groups, noise, dropout, and when to stop."""

import re

import numpy as np
import pytest

from bnviz import digits, explore, network, recordings, training
from bnviz.recordings import regularization
from bnviz.recordings.regularization import Way

PLAIN = Way()
RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.random((12, 5)), RNG.integers(0, 3, size=12)


def a_network(batch_norm=True):
    return network.stack([network.init((5, 4, 4, 3), batch_norm, "xavier", dtype=float)] * 2)


def gradients(net, way=PLAIN, seed=0):
    rng = np.random.default_rng(seed)
    return regularization.find_gradients(net, IMAGES, LABELS, way, rng)


def assert_close(layers, others):
    compare = np.testing.assert_allclose
    network.map_parameters(lambda p, q: compare(p, q, atol=1e-6), layers, others)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_all_in_one_group_it_is_the_ordinary_gradient(batch_norm):
    net = a_network(batch_norm)
    _, expected, _ = training.find_gradients(net, IMAGES, LABELS)
    assert_close(gradients(net, Way(m=12 if batch_norm else None)), expected)


def test_groups_are_normalized_apart_and_their_gradients_averaged():
    groups = (slice(0, 4), slice(4, 8), slice(8, 12))
    alone = [training.find_gradients(a_network(), IMAGES[rows], LABELS[rows])[1] for rows in groups]
    mean = network.map_parameters(lambda *g: np.mean(g, axis=0), *alone)
    assert_close(gradients(a_network(), Way(m=4)), mean)


@pytest.mark.parametrize("way", [Way(m=12, noise=4), Way(share=0.5)])
def test_the_gradient_goes_through_noise_and_dropout(way):
    """By finite differences of the loss, with the same draw."""
    net = a_network(way.m is not None)
    slope = gradients(net, way)
    places = [(0, "weights"), (1, "weights"), (2, "weights"), (2, "bias")]
    places += [(0, "gamma"), (0, "beta"), (1, "gamma")] if way.m else [(0, "bias")]
    for layer, name in places:
        gradient = getattr(slope[layer], name)
        assert gradient.ravel()[1] == pytest.approx(nudged(net, layer, name, way), abs=1e-6)


def nudged(net, layer, name, way, h=1e-5):
    """The change of the loss with one number of a parameter, by finite differences."""
    losses = []
    for nudge in (h, -h):
        value = getattr(net.layers[layer], name).copy()
        value[0].ravel()[1] += nudge
        layers = list(net.layers)
        layers[layer] = layers[layer]._replace(**{name: value})
        losses.append(loss(net._replace(layers=tuple(layers)), way))
    return (losses[0] - losses[1]) / (2 * h)


def loss(net, way):
    """The loss of the first network with the draw of seed 0, written once more, in plain steps."""
    rng, a = np.random.default_rng(0), IMAGES
    for layer in network.select(net, 0).layers[:-1]:
        y = network.linear(a, layer)
        if way.m:
            y = (y - y.mean(axis=0)) / np.sqrt(y.var(axis=0) + 1e-5) * layer.gamma + layer.beta
        if way.noise:
            stretch, shift = regularization.draw_noise(way.noise, y.shape, rng)
            y = layer.beta + stretch * (y - layer.beta) + layer.gamma * shift
        a = network.sigmoid(y)
        a = a * (rng.random(a.shape, np.float32) < way.share) / way.share
    logits = network.linear(a, network.select(net, 0).layers[-1])
    return network.cross_entropy(logits, LABELS)[0]


def test_the_noise_is_about_that_of_groups_of_four():
    stretch, shift = regularization.draw_noise(4, (4000, 50), np.random.default_rng(0))
    groups = np.random.default_rng(1).standard_normal((50_000, 4))
    assert shift.std() == pytest.approx(groups.mean(axis=1).std(), rel=0.05)
    assert np.log(stretch).std() == pytest.approx(np.log(groups.std(axis=1)).std(), rel=0.25)
    np.testing.assert_array_equal(shift[0], shift[3])  # one draw for four rows
    assert (shift[3] != shift[4]).all()


def test_wrong_labels_are_wrong_and_as_many_as_asked_for():
    right, wrong = (regularization.few_images(3, count) for count in (0, 60))
    for (images, labels), (same, others) in zip(right, wrong, strict=True):
        np.testing.assert_array_equal(images, same)
        assert images.shape == (300, 64)
        assert (labels != others).sum() == 60
        assert set(others) <= set(range(10))
    assert not (right[0][0][:, None] == right[1][0]).all(axis=-1).any()  # no image in both
    np.testing.assert_array_equal(digits.load().labels, digits.load(float).labels)


def test_the_folded_start_is_the_function_that_batch_norm_begins_as():
    (x, _), _ = regularization.few_images(seed=1)
    with_norm, without = (
        regularization.start(way, x, seed=1) for way in (Way(m=300), Way(folded=True))
    )
    assert not without.batch_norm
    ours, theirs = (network.forward(net, x)[0] for net in (with_norm, without))
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert ours.std() > 0.1


def a_record(strengths=1, rates=1, looks=4):
    """Accuracies (2 seeds, 4, looks, strengths, rates), all 0."""
    return np.zeros((2, 4, looks, strengths, rates))


def test_a_way_is_stopped_where_validation_is_best():
    accuracy = a_record()
    accuracy[:, 1, :, 0, 0] = [[0.1, 0.9, 0.8, 0.7], [0.1, 0.2, 0.3, 0.4]]
    accuracy[:, 2, :, 0, 0] = [[0.1, 0.5, 0.9, 0.2], [0.1, 0.2, 0.3, 0.6]]
    np.testing.assert_allclose(regularization.stopped_early(accuracy), [[0.5, 0.2], [0.6, 0.6]])


def test_validation_alone_chooses_the_strength_and_the_rate():
    accuracy = a_record(strengths=4, rates=7)
    accuracy[:, 1, 1, 2, 4] = 0.8, 0.6  # mean 0.7
    accuracy[:, 1, 3, 1, 5] = 0.9, 0.4  # one seed alone likes it
    accuracy[:, 2, 3, 3, 6] = accuracy[:, 0, 3, 3, 6] = 1  # nobody asks these
    assert regularization.best_setting(accuracy) == (2, 4)
    np.testing.assert_array_equal(regularization.at_best(accuracy), accuracy[..., 2, 4])


def test_a_setting_says_when_it_is_the_first_or_the_last_tried():
    inside, corner = a_record(4, 7), a_record(4, 7)
    inside[:, 1, :, 1, 4] = corner[:, 1, :, 0, 6] = 0.5
    assert regularization.words_of("dropout", inside) == "rate 3, share 0.5"
    assert regularization.words_of("weight decay", corner) == "rate 30*, λ 0.0001*"
    only = a_record(rates=7)
    only[:, 1, :, 0, 1] = 0.5
    assert regularization.words_of("none", only) == "rate 0.1"


def test_weight_decay_adds_its_share_of_the_weights():
    net = a_network(batch_norm=False)
    plain = gradients(net)
    for layer, before, after in zip(
        net.layers, plain, regularization.decayed(net, plain, 0.5), strict=True
    ):
        np.testing.assert_allclose(after.weights - before.weights, 0.5 * layer.weights)
        np.testing.assert_array_equal(after.bias, before.bias)


def test_it_opens_before_the_first_step_and_tells_what_it_knows():
    demo = explore.regularization()
    assert demo.values["step"] == 0
    assert "stopped early" not in demo.caption
    demo.set(way="m = 4", step=600)
    runs = recordings.read("regularization")["wrong"]["m = 4"]
    own = regularization.at_best(runs)[:, 0, -1].mean()
    early = regularization.stopped_early(runs)[:, 0].mean()
    told = re.findall(r"(\d+)\u00a0%", demo.caption)
    assert told[0] == f"{100 * own:.0f}"
    assert told[2] == f"{100 * early:.0f}"


def test_mean_and_range_of_the_seeds_are_drawn_up_to_the_step():
    demo, record = explore.regularization(), recordings.read("regularization")
    demo.set(way="m = 4", step=210)
    own = regularization.at_best(record["wrong"]["m = 4"])[:, 0]
    own = own[:, : record["steps"].tolist().index(210) + 1]
    low, high, _, mean, _ = [line for line in demo.figure.axes[0].lines if line.get_animated()]
    for line, expected in ((low, own.min(0)), (high, own.max(0)), (mean, own.mean(0))):
        np.testing.assert_allclose(line.get_ydata(), expected)
