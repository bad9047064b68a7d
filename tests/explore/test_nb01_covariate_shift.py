"""The numbers behind `drift` and `depth`."""

import re

import numpy as np
import pytest

from bnviz import example, explore, recordings, style
from bnviz.explore.nb01_covariate_shift import STARTS


@pytest.fixture(scope="module")
def depth():
    return explore.depth()


@pytest.fixture(scope="module")
def drift():
    return explore.drift()


def lines_of(axes, stage):
    return [line for line in axes.get_lines() if line.get_color() == style.STAGES[stage]]


def test_what_enters_a_normalized_sigmoid_has_mean_beta_and_sd_gamma():
    record = recordings.read("four_networks")[example.WITH_BN]
    y = example.into_sigmoid(record)  # (S, layers, examples)
    np.testing.assert_allclose(y.mean(axis=-1), record["beta"][..., example.UNIT], atol=1e-5)
    np.testing.assert_allclose(
        y.std(axis=-1), np.abs(record["gamma"][..., example.UNIT]), rtol=1e-2
    )


def test_the_drift_opens_before_the_first_step_and_shows_no_later_one(drift):
    paths = drift.figure.axes[1]
    assert drift.values == {"step": 0, "weights": "sd 0.1", "batch_norm": False}
    assert {len(line.get_xdata()) for line in lines_of(paths, "z")} == {1}
    drift.set(step=54)
    assert {line.get_xdata()[-1] for line in lines_of(paths, "z")} == {np.log1p(54)}


@pytest.mark.parametrize("start", list(STARTS))
def test_the_axis_of_the_drift_reaches_nearly_all_inputs_and_every_percentile(drift, start):
    low, high = drift.figure.axes[0].get_ylim()
    record = recordings.read("four_networks")[STARTS[start]]
    for values in (record["z"].astype(float), example.into_sigmoid(record)):
        outside = (values < low) | (values > high)
        assert outside.mean() < 1e-3
        assert outside.mean(axis=-1).max() < 0.15  # those of 15 and 85 % are inside


@pytest.mark.parametrize("scale", ["0.1", "0.4"])
def test_depth_tells_what_the_first_and_the_last_layer_keep(depth, scale):
    depth.set(scale=scale, batch_norm=True)
    told = re.findall(r"is (\S+) in layer 1 and (\S+) in layer 20", depth.caption)
    starts = recordings.read("deep_starts")
    row = [f"{sd:g}" for sd in starts["scales"]].index(scale)
    for (first, last), name in zip(told, ("without", "with"), strict=True):
        spread = starts[name]["spread"][row]
        assert float(first) == pytest.approx(spread[0], abs=0.005)
        assert float(last.replace("−", "-")) == pytest.approx(spread[-1], rel=0.1, abs=0.005)


@pytest.mark.parametrize("name", ["without", "with"])
def test_all_of_depth_is_on_its_axes(depth, name):
    for axes, quantity in zip(depth.figure.axes, ("spread", "saturated", "gradient"), strict=True):
        low, high = axes.get_ylim()
        values = recordings.read("deep_starts")[name][quantity]
        assert low <= values.min() <= values.max() <= high
