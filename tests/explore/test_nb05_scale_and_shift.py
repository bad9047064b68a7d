"""The numbers behind `scale_shift` and `learned`."""

import re

import numpy as np
import pytest

from bnviz import batchnorm, example, explore, pictures, recordings, style
from bnviz.explore.nb05_scale_and_shift import DOTS, SigmoidView
from bnviz.network import sigmoid

RUN = recordings.read("four_networks")[example.WITH_BN]


@pytest.fixture(scope="module")
def learned():
    return explore.learned()


def dots(figure, color):
    """The points of every line of dots in a colour, (points, 2) each, in the order of the axes."""
    lines = [line for axes in figure.findobj(lambda a: hasattr(a, "get_lines"))
             for line in axes.get_lines()]  # fmt: skip
    return [line.get_xydata() for line in lines if line.get_marker() == color]


def test_without_gamma_all_outputs_are_the_sigmoid_of_beta():
    demo = explore.scale_shift()
    demo.set(gamma=0.0, beta=2.0)
    assert f"their mean is {sigmoid(2.0):.2f}, and 0\u00a0% are within" in demo.caption


def test_the_caption_tells_how_nearly_a_line_it_is():
    demo = explore.scale_shift(np.linspace(-1, 1, 1001))  # uniform: |ẑ| < 1 for 1/√3 of it
    assert "58\u00a0% of the inputs lie in the linear region" in demo.caption
    fit = float(re.search(r"R² = (0\.\d+)", demo.caption)[1])
    z_hat = np.linspace(-1, 1, 1001) * np.sqrt(3)
    assert fit == pytest.approx(np.corrcoef(z_hat, sigmoid(z_hat))[0, 1] ** 2, abs=6e-4)


def test_the_dots_ride_on_the_sigmoid_and_leave_with_it():
    picture = SigmoidView()
    y = np.linspace(-20, 20, 1000)
    picture.update(y, sigmoid(y))
    (points,) = dots(picture.figure, "o")[:1]
    assert 0 < len(points) < DOTS  # the others are outside
    assert np.abs(points[:, 0]).max() <= 8
    np.testing.assert_allclose(points[:, 1], sigmoid(points[:, 0]))


def test_a_few_values_have_a_spike_each_at_their_own_place():
    picture = SigmoidView()
    y = np.array([-1.069, -0.535, 0, 1.604])
    picture.update(y, sigmoid(y))
    inputs, outputs = picture._spikes
    np.testing.assert_array_equal(inputs.get_xdata()[::3], y)
    np.testing.assert_array_equal(outputs.get_ydata()[::3], sigmoid(y))
    assert not any(bars.outline.get_visible() for bars in (picture._inputs, picture._outputs))
    many = np.linspace(-2, 2, 100)
    picture.update(many, sigmoid(many))
    assert inputs.get_xdata().size == outputs.get_xdata().size == 0
    assert picture._inputs.outline.get_visible()


@pytest.mark.parametrize("step", [0, 1800])
@pytest.mark.parametrize("layer", [1, 2, 3])
def test_the_label_of_the_mark_ends_before_the_line_of_the_start(learned, step, layer):
    learned.set(step=step, layer=layer)
    for words in learned._picture._said:
        size = round(style.TEXT * learned.figure.dpi / 72)
        left, _ = words.get_transform().transform(words.place)
        line, _ = words.axes.transData.transform((1, 0))
        assert left + pictures._letters(words.text, size).shape[1] < line


def test_all_units_are_where_the_record_says_in_the_plane_and_in_the_close_up(learned):
    learned.set(step=63 if 63 in RUN["steps"] else 64, layer=2)
    row = RUN["steps"].tolist().index(learned.values["step"])
    expected = np.stack([RUN["gamma"][row, 1], RUN["beta"][row, 1]], axis=1)
    for points in dots(learned.figure, "o"):
        np.testing.assert_array_equal(points, expected)


def test_the_mark_gives_the_net_of_the_unit_back(learned):
    learned.set(step=1800, layer=1)
    ((gamma, beta),) = dots(learned.figure, "D")[0]
    z = RUN["z"][-1, 0, :, None].astype(float)
    y, _ = batchnorm.forward(z, [gamma], [beta])
    np.testing.assert_allclose(y, z, atol=1e-9)


def test_no_unit_leaves_the_close_up():
    figure = explore.learned().figure
    (inset,) = figure.axes[0].child_axes
    for name, (low, high) in (("gamma", inset.get_xlim()), ("beta", inset.get_ylim())):
        assert low < RUN[name].min() < RUN[name].max() < high


def test_all_begin_at_the_start(learned):
    learned.set(step=0, layer=3)
    assert "γ = 1.000 ± 0.000 and β = 0.000 ± 0.000" in learned.caption
