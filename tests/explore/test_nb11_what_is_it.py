"""The numbers behind `landscape` and `interventions`, and the closing chart."""

import re

import numpy as np
import pytest

from bnviz import digits, example, explore, network, recordings, training
from bnviz.explore.nb11_what_is_it import StepsToNinety
from bnviz.recordings import landscapes


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


def test_a_network_of_a_stack_walks_at_its_own_rate(net, batch):
    _, gradients, _ = training.find_gradients(net, *batch)
    both = training.descend(network.stack([net, net]), gradients, np.array([0.1, 2.0]))
    alone = training.descend(net, gradients, 2.0)
    compare = np.testing.assert_allclose
    network.map_parameters(lambda p, q: compare(p, q), network.select(both, 1).layers, alone.layers)


def test_a_folded_network_is_the_same_function_without_batch_norm():
    net = network.init(example.SIZES, dtype=float)
    folded = example.folded(net)
    assert not folded.batch_norm
    images = example.images()
    logits = [network.forward(each, images)[0] for each in (net, folded)]
    np.testing.assert_allclose(*logits, atol=1e-6)


def test_landscape_opens_before_the_first_step_and_draws_the_path_up_to_now():
    demo = explore.landscape()
    assert demo.values["step"] == 0
    for step in (0, 100, 400):
        demo.set(step=step)
        paths = [
            line for line in demo.figure.axes[2].lines
            if line.get_animated() and line.get_marker() == "None"
        ]  # fmt: skip
        assert [len(line.get_xdata()) for line in paths] == [step // 20 + 1] * 3


def test_landscape_tells_the_cosine_one_rate_ahead():
    demo = explore.landscape()
    demo.set(step=200, weights="sd 0.02", setting="ReLU, rate 0.03")
    told = re.search(r"and (\S+) \(sd 0.02, with\)", demo.caption)[1].replace("−", "-")
    look = recordings.read("landscapes")["ReLU, rate 0.03"]["sd 0.02, with"]
    assert float(told) == pytest.approx(float(look["cosine"][0, 10, 4]), abs=0.006)


@pytest.mark.parametrize("step", [0, 60, 2000])
def test_interventions_tells_who_has_arrived(step):
    demo = explore.interventions()
    demo.set(step=step, rate="1")
    told = [int(count) for count in re.findall(r"(\d)(?:, median \d+)? \(", demo.caption)]
    assert told == [(race["to_90"][:, 2] <= step).sum() for race in races().values()]


def races():
    order = example.SMALL_START, example.GOOD_START, example.FOLDED, example.WITH_BN
    return {name: recordings.read("race")[name] for name in order}


def test_interventions_shows_no_dot_that_is_yet_to_come():
    demo = explore.interventions()
    for step in (0, 60, 2000):
        demo.set(step=step)
        heights = [
            line.get_ydata() for line in demo.figure.axes[1].lines if line.get_marker() == "o"
        ]
        shown = np.concatenate(heights)
        arrived = sum((race["to_90"] <= step).sum() for race in races().values())
        assert np.isfinite(shown).sum() == arrived
        assert np.nanmax(shown, initial=0) <= np.log1p(step)


def test_the_chart_has_a_bar_to_the_median_and_a_dot_for_each_seed():
    axes = StepsToNinety({"one": np.array([10.0, 30, 20]), "two": np.array([5.0])}).figure.axes[0]
    widths = [bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(widths, np.log1p([20, 5]))
    assert [len(line.get_xdata()) for line in axes.lines] == [3, 1]
