"""What `test_time` shows of its record, and the three rules against what is known of them."""

import numpy as np
import pytest

from bnviz import batchnorm, explore, recordings
from bnviz.explore.nb06_test_time_statistics import MOST, RULES
from bnviz.pictures import Words
from bnviz.recordings import three_rules

RECORD = recordings.read("three_rules")


@pytest.fixture(scope="module")
def demo():
    return explore.test_time()


def rules(m, rate=0.1, count=200):
    return three_rules.by_each_rule(
        RECORD["unit"][RECORD["sizes"].tolist().index(m), :count], m, rate
    )


def test_algorithm_2_is_that_of_the_package():
    batches = np.random.default_rng(0).uniform(1, 2, (9, 2, 3, 5))
    path = three_rules.by_each_rule(batches, m=4, rate=0.1)["Algorithm 2"]
    for n in (1, 5, 9):
        expected = batchnorm.population_statistics(batches[:n, 0], batches[:n, 1], 4)
        np.testing.assert_allclose(path[n - 1], expected, rtol=1e-12)


def test_without_the_factor_the_variance_is_half_at_m_2():
    found = rules(2)
    biased, corrected = found["without m/(m − 1)"], found["Algorithm 2"]
    np.testing.assert_allclose(biased[:, 1], corrected[:, 1] / 2, rtol=1e-6)
    np.testing.assert_array_equal(biased[:, 0], corrected[:, 0])


def test_the_running_average_starts_at_0_and_1_and_takes_a_tenth_of_the_new_batch():
    found = rules(8, rate=0.1, count=1)
    np.testing.assert_array_equal(found["running average"][0], [0, 1])
    expected = np.array([0, 0.9]) + 0.1 * found["Algorithm 2"][0]
    np.testing.assert_allclose(found["running average"][1], expected, rtol=1e-5)


def test_each_row_has_a_square_for_each_image_that_is_wrong(demo):
    demo.set(batches=40, m=4, rate=0.05)
    index = 1, RECORD["rates"].tolist().index(0.05), RECORD["seen"].tolist().index(40)
    wrong = [*RECORD["wrong"][index], RECORD["wrong_truth"]]
    squares = [line.get_xdata() for axes in demo.figure.axes for line in axes.get_lines()
               if line.get_marker() == "s"]  # fmt: skip
    assert [len(line) for line in squares] == wrong
    assert max(wrong) < MOST
    hits = [f"{100 - count / 3.6:.1f}\u00a0%" for count in wrong]
    assert demo.caption.endswith("the test accuracy is {}, {}, {} and {}.".format(*hits))


def test_more_than_have_room_are_told_by_an_arrow(demo):
    demo.set(batches=1, m=60, rate=0.01)
    words = [words.text for words in demo.figure.findobj(Words)]
    assert words.count("▸") == 1
    assert "324 wrong, 10.0\u00a0%" in words


def test_the_curves_end_at_the_mini_batch_on_show(demo):
    demo.set(batches=12, m=16, rate=0.2)
    lines = [line for line in demo.figure.axes[1].get_lines() if line.get_animated()]
    assert len(lines) == len(RULES) - 1
    assert {line.get_xdata()[-1] for line in lines} == {12}
    ends = [line.get_ydata()[-1] for line in lines]
    np.testing.assert_allclose(
        ends, [path[12 + len(path) - 201, 1] for path in rules(16, 0.2).values()]
    )
