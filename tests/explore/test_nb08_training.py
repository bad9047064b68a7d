"""The numbers behind `training`, `race` and `sweep`."""

import re

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from bnviz import example, explore, recordings
from bnviz.explore.nb08_training import StepsToMarks
from bnviz.recordings import race


@pytest.fixture(scope="module")
def training():
    return explore.training()


@pytest.fixture(scope="module")
def sweep():
    return explore.sweep()


def covers(demo):
    """Whether each of the two maps is covered."""
    rectangles = demo.figure.findobj(lambda a: type(a) is Rectangle and a.get_width() == 7)
    assert len(rectangles) == 2
    return {rectangle.get_visible() for rectangle in rectangles}


def test_training_opens_before_the_first_step_and_shows_no_later_one(training):
    assert training.values["step"] == 0
    steps = recordings.read("four_networks")[example.WITH_BN]["steps"]
    for index in (0, 10, len(steps) - 1):
        training.set(step=int(steps[index]))
        lengths = [
            len(line.get_xdata())
            for axes in training.figure.axes[3:]
            for line in axes.lines
            if line.get_animated() and line.get_marker() == "None"
        ]
        assert lengths == [index + 1] * 6  # three accuracies, three percentiles


def test_training_tells_the_accuracies_of_all_three(training):
    training.set(step=1800)
    told = re.search(r"recognized are (.*?); the", training.caption)[1]
    for name in (example.SMALL_START, example.GOOD_START, example.WITH_BN):
        accuracy = recordings.read("four_networks")[name]["accuracy"][-1]
        assert f"{100 * accuracy:.0f}\u00a0% ({name})" in told


def test_the_sweep_is_covered_until_it_is_trained(sweep):
    sweep.set(trained=False)
    assert covers(sweep) == {True}
    assert "49" not in sweep.caption
    sweep.set(trained=True)
    assert covers(sweep) == {False}


def test_the_numbers_of_the_maps_are_those_of_the_record(sweep):
    for axes, name in zip(sweep.figure.axes, ("without", "with"), strict=False):
        shown = {text.get_position(): text.get_text() for text in axes.texts}
        for (row, column), value in np.ndenumerate(
            recordings.read("rates_and_starts")[name][0, -1]
        ):
            assert shown[column, row] == f"{100 * value:.0f}"


@pytest.mark.parametrize("weights", ["4×Xavier", "sd 0.003", "sd 1"])
def test_the_caption_of_the_sweep_tells_the_chosen_cell(sweep, weights):
    sweep.set(trained=True, rate="2", weights=weights)
    row = sweep.controls["weights"].options.index(weights)
    record = recordings.read("rates_and_starts")
    told = re.findall(r"(\d+)\u00a0%", sweep.caption)[:3]
    cells = record["without"][0, -1, row, 4], record["with"][0, -1, row, 4]
    assert told == [f"{100 * value:.0f}" for value in (*cells, record["without"][0, -1, 0, 4])]


def test_the_sweep_counts_the_cells_that_reach_90_percent(sweep):
    sweep.set(trained=True)
    counted = re.search(r"(\d+) reach 90\u00a0% without and (\d+) with", sweep.caption).groups()
    for count, name in zip(counted, ("without", "with"), strict=True):
        assert int(count) == np.count_nonzero(
            recordings.read("rates_and_starts")[name][0, -1, 1:] >= 0.9
        )


def test_race_tells_who_has_arrived_and_shows_nothing_later():
    demo, record = explore.race(), recordings.read("race")
    assert demo.values["step"] == 0
    for step in (0, 62, 2500):
        demo.set(step=step, rate="0.3", mark="90 %")
        told = [int(count) for count in re.findall(r"(\d) \(", demo.caption)]
        index = race.RATES.index(0.3)
        steps = [each["to_marks"][:, 1, index, 0] for each in record.values()]
        assert told == [(each <= step).sum() for each in steps]
        dots = [line for line in demo.figure.axes[0].lines if line.get_marker() == "o"]
        shown = np.concatenate([line.get_xdata() for line in dots])
        assert len(shown) == sum(told)


def test_the_chart_has_a_dot_for_every_seed_that_got_there():
    needed = {
        example.FOLDED: [np.array([10.0, 30, 20])] * 4,
        example.WITH_BN: [np.array([5.0, np.inf, 7])] * 4,
    }
    for axes in StepsToMarks(needed).figure.axes:
        dots = [line.get_xdata() for line in axes.lines if line.get_marker() == "o"]
        np.testing.assert_allclose(dots[0], np.log1p([10, 30, 20]))
        np.testing.assert_allclose(dots[1], np.log1p([5, 7]))
