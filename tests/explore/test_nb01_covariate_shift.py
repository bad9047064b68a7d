"""The numbers behind `drift` and `depth`."""

import re

import numpy as np
import pytest

from bnviz import example, explore, recordings, style
from bnviz.explore.nb01_covariate_shift import STARTS


@pytest.fixture(scope="module")
def depth():
    return explore.depth()


def lines_of(axes, stage):
    return [line for line in axes.get_lines() if line.get_color() == style.STAGES[stage]]


def test_what_enters_a_normalized_sigmoid_has_mean_beta_and_sd_gamma():
    record = recordings.read("four_networks")[example.WITH_BN]
    y = example.into_sigmoid(record)  # (S, layers, examples)
    np.testing.assert_allclose(y.mean(axis=-1), record["beta"][..., example.UNIT], atol=1e-5)
    np.testing.assert_allclose(
        y.std(axis=-1), np.abs(record["gamma"][..., example.UNIT]), rtol=1e-2
    )


def test_without_batch_norm_the_sigmoid_gets_the_net():
    record = recordings.read("four_networks")[example.GOOD_START]
    assert (example.into_sigmoid(record) == record["z"]).all()


def test_the_drift_opens_before_the_first_step_and_shows_no_later_one():
    demo = explore.drift()
    paths = demo.figure.axes[1]
    assert demo.values == {"step": 0, "weights": "sd 0.1", "batch_norm": False}
    assert {len(line.get_xdata()) for line in lines_of(paths, "z")} == {1}
    demo.set(step=54)
    assert {line.get_xdata()[-1] for line in lines_of(paths, "z")} == {np.log1p(54)}


@pytest.mark.parametrize("start", list(STARTS))
def test_the_axis_of_the_drift_reaches_nearly_all_inputs(start):
    low, high = explore.drift().figure.axes[0].get_ylim()
    record = recordings.read("four_networks")[STARTS[start]]
    for values in (record["z"].astype(float), example.into_sigmoid(record)):
        outside = (values < low) | (values > high)
        assert outside.mean() < 1e-3


def test_the_percentiles_of_the_drift_are_on_the_axis():
    demo = explore.drift()
    low, high = demo.figure.axes[0].get_ylim()
    for weights, batch_norm in STARTS:
        demo.set(step=1800, weights=weights, batch_norm=batch_norm)
        for paths in demo.figure.axes[1::4]:
            heights = [line.get_ydata() for stage in "zy" for line in lines_of(paths, stage)]
            assert low < np.nanmin(np.concatenate(heights))
            assert np.nanmax(np.concatenate(heights)) < high


def test_depth_shows_batch_norm_only_where_it_is_switched_on(depth):
    for batch_norm in (False, True):
        depth.set(batch_norm=batch_norm)
        for axes in depth.figure.axes:
            assert [line.get_visible() for line in lines_of(axes, "z_hat")] == [batch_norm]


def test_depth_tells_what_the_layers_keep(depth):
    depth.set(scale="0.4", batch_norm=False)
    starts = recordings.read("deep_starts")
    row = starts["scales"].tolist().index(0.4)
    spread = starts["without"]["spread"][row]
    first, last = re.search(r"is (\S+) in layer 1 and (\S+) in layer", depth.caption).groups()
    assert float(first) == pytest.approx(spread[0], abs=0.005)
    assert float(last.replace("−", "-")) == pytest.approx(spread[-1], rel=0.1)


@pytest.mark.parametrize("name", ["without", "with"])
def test_all_of_depth_is_on_its_axes(depth, name):
    for axes, quantity in zip(depth.figure.axes, ("spread", "saturated", "gradient"), strict=True):
        low, high = axes.get_ylim()
        values = recordings.read("deep_starts")[name][quantity]
        assert low <= values.min() <= values.max() <= high


def test_with_batch_norm_depth_tells_both_networks_apart(depth):
    depth.set(scale="0.1", batch_norm=True)
    last = re.findall(r"and (\S+) in layer 20", depth.caption)
    without, normed = (float(value.replace("−", "-")) for value in last)
    starts = recordings.read("deep_starts")
    assert without == pytest.approx(starts["without"]["spread"][0, -1], rel=0.1)
    assert normed == pytest.approx(starts["with"]["spread"][0, -1], abs=0.005)
