"""Claim 9 and four explanations: the start, centring, the direction of W, smoothness."""

import numpy as np
import pytest

from bnviz import digits, network, recordings, training
from bnviz.example import FOLDED, GOOD_START, SMALL_START, WITH_BN
from bnviz.recordings import centring, direction, landscapes, race, smoothness

RACE, CENTRING = recordings.read("race"), recordings.read("centring")
RELU = recordings.read("landscapes")["ReLU, rate 0.1"]


def needed(name, mark):
    return race.at_best(RACE[name]["to_marks"], mark)


def needed_switched(activation, kind, mark):
    return race.at_best(CENTRING[activation][kind]["to_marks"], mark)


@pytest.mark.parametrize("mark", [0, 1, 3])  # 90 %, 95 %, the loss
def test_most_of_the_gain_is_the_start_and_a_factor_remains(mark):
    small, good, folded, normed = (
        np.median(needed(name, mark)) for name in (SMALL_START, GOOD_START, FOLDED, WITH_BN)
    )
    assert small > 3 * good
    assert good > 1.3 * folded
    assert folded > 1.5 * normed


@pytest.mark.parametrize("mark", [0, 1])
def test_subtracting_makes_it_fast_and_dividing_does_not(mark):
    neither, subtract, divide, both = (
        needed_switched("sigmoid", kind, mark) for kind in centring.KINDS
    )
    assert subtract.max() < neither.min()
    assert np.median(subtract) < np.median(neither) / 1.5
    assert np.median(divide) > 0.8 * np.median(neither)
    assert np.median(subtract) < 1.5 * np.median(both)


def test_a_centred_sigmoid_needs_no_statistics():
    """To 90 and 95 % it is about as fast without batch norm as the plain one with it."""
    for mark in (0, 1):
        alone = np.median(needed_switched("sigmoid − ½", "neither", mark))
        assert alone < 1.6 * np.median(needed_switched("sigmoid", "both", mark))
        assert alone < np.median(needed_switched("sigmoid", "neither", mark)) / 1.5


def test_batch_norm_leaves_the_input_of_the_last_layer_uncentred():
    both, and_last = (needed_switched(name, "both", 0) for name in ("sigmoid", "sigmoid − ½"))
    assert and_last.max() < both.min()
    assert np.median(and_last) < 0.7 * np.median(both)


def steps_by_rate(activation, kind):
    """To 90 % of the test images, (5 seeds, 9 rates)."""
    return CENTRING[activation][kind]["to_marks"][:, 1, :, 0]


def test_the_half_brings_less_in_one_place_than_everywhere_and_in_hidden_layers_than_the_mean():
    for mark in (0, 1):
        neither, everywhere, *one_place = (
            needed_switched(activation, "neither", mark)
            for activation in ("sigmoid", "sigmoid − ½", *centring.HALF_IN)
        )
        for steps in one_place:
            assert np.median(everywhere) < 0.85 * np.median(steps)
            assert np.median(steps) < np.median(neither)
    subtract = needed_switched("sigmoid", "subtract", 0)
    hidden_only = needed_switched("½ hidden only", "neither", 0)
    assert subtract.max() < hidden_only.min()
    assert hidden_only.max() > needed_switched("sigmoid", "neither", 0).min()  # they overlap


def test_at_a_small_rate_all_are_alike_and_only_the_mean_makes_the_largest_rate_much_larger():
    rates = np.array(centring.RATES["sigmoid"])
    largest = {}
    for name, kind in (
        *((name, "neither") for name in ("sigmoid", "sigmoid − ½", *centring.HALF_IN)),
        ("sigmoid", "subtract"),
        ("sigmoid", "both"),
    ):
        steps = steps_by_rate(name, kind)
        assert 55 < np.median(steps[:, rates == 0.5]) < 80
        largest[name, kind] = rates[np.isfinite(steps).all(axis=0)].max()
    assert min(largest["sigmoid", kind] for kind in ("subtract", "both")) == rates.max()
    assert max(rate for (_, kind), rate in largest.items() if kind == "neither") < 7
    assert largest["sigmoid − ½", "neither"] <= largest["sigmoid", "neither"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [10, 11])
def test_other_seeds_say_the_same_of_the_half(seed):
    """Each at the rate that the recording found best for it."""
    how = {"limit": 150, "step": centring.descend_once, "measure": centring.look}
    steps = {}
    for activation, kind, rate in (
        ("sigmoid", "neither", 1.0),
        ("sigmoid", "subtract", 3.0),
        *((name, "neither", 1.5) for name in ("sigmoid − ½", *centring.HALF_IN)),
    ):
        net = centring.start(activation, kind, seed)
        _, to_marks = race.race(net, np.array([rate]), seed, **how)
        steps["subtract" if kind == "subtract" else activation] = to_marks[1, 0, 0]
    assert steps["subtract"] < 0.7 * steps["½ hidden only"]
    assert steps["sigmoid − ½"] < 0.8 * min(steps[place] for place in centring.HALF_IN)
    assert steps["½ hidden only"] > 0.5 * steps["sigmoid"]


@pytest.mark.slow
@pytest.mark.parametrize("activation", centring.HALF_IN)
def test_the_recorded_race_of_a_half_is_what_the_code_gives(activation):
    rates = np.array([1.0, 1.5])
    columns = [centring.RATES[activation].index(rate) for rate in rates]
    how = {"step": centring.descend_once, "measure": centring.look}
    net = centring.start(activation, "neither", 0)
    _, to_marks = race.race(net, rates, 0, limit=150, **how)
    shipped = CENTRING[activation]["neither"]["to_marks"][0, 1, columns, 0]
    np.testing.assert_allclose(to_marks[1, :, 0], shipped, rtol=0.4)


def test_tanh_is_centred_by_itself():
    neither, both = (np.median(needed_switched("tanh", kind, 0)) for kind in ("neither", "both"))
    assert neither < 1.6 * both


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 8])
def test_other_seeds_say_the_same_of_centring(seed):
    """Each at the rate that the recording found best for it."""
    how = {"limit": 150, "step": centring.descend_once, "measure": centring.look}
    steps = {}
    for kind, rate in (("neither", 1.0), ("subtract", 3.0), ("divide", 0.7)):
        _, to_marks = race.race(
            centring.start("sigmoid", kind, seed), np.array([rate]), seed, **how
        )
        steps[kind] = to_marks[1, 0, 0]
    assert steps["subtract"] < 0.7 * steps["neither"]
    assert steps["divide"] > 0.8 * steps["neither"]


@pytest.mark.slow
def test_the_recorded_race_of_switches_is_what_the_code_gives():
    rates = np.array([0.7, 1.0, 1.5])
    columns = [centring.RATES["sigmoid"].index(rate) for rate in rates]
    for kind in ("neither", "both"):
        net = centring.start("sigmoid", kind, 0)
        how = {"step": centring.descend_once, "measure": centring.look}
        _, to_marks = race.race(net, rates, 0, limit=150, **how)
        shipped = CENTRING["sigmoid"][kind]["to_marks"][0, 1, columns, 0]
        np.testing.assert_allclose(to_marks[1, :, 0], shipped, rtol=0.4)


def test_subtracting_alone_stands_a_rate_at_which_dividing_does_not_help():
    for rate in (4.5, 7.0, 10.0):
        column = centring.RATES["sigmoid"].index(rate)
        steps = {k: CENTRING["sigmoid"][k]["to_marks"][:, 1, column, 0] for k in centring.KINDS}
        assert np.isfinite(steps["subtract"]).all()
        assert np.isfinite(steps["both"]).all()
        assert np.isinf(steps["divide"]).all()


def ends(name, rate):
    """Accuracy at the end, (5 seeds,)."""
    return recordings.read("direction")[name]["accuracy"][:, -1, direction.RATES.index(rate)]


def test_growing_weights_rescue_large_rates():
    assert np.median(ends("free", 10)) > 0.95
    assert ends("held", 10).max() < ends("free", 10).min()
    assert np.median(ends("held", 10)) < 0.9
    assert ends("held", 30).max() < 0.5
    assert np.median(ends("free", 30)) > ends("held", 30).max()


def test_at_small_rates_held_and_free_are_alike():
    for rate in (0.1, 0.3):
        assert abs(np.median(ends("held", rate)) - np.median(ends("free", rate))) < 0.03


def test_weight_decay_undoes_the_rescue():
    assert np.median(ends("decay 0.01", 10)) < np.median(ends("free", 10)) - 0.05
    assert np.median(ends("decay 0.01", 30)) < 0.5


@pytest.mark.slow
def test_a_run_of_the_direction_is_what_the_code_gives(monkeypatch):
    monkeypatch.setattr(direction, "STEPS", 20)
    steps = recordings.read("direction")["steps"]
    for name in ("free", "held"):
        _, length = direction.train(*direction.NORMS[name], seed=0)
        shipped = recordings.read("direction")[name]["length"][0, steps <= 20]
        end = steps[steps <= 20].searchsorted(20)
        assert end == len(shipped) - 1
        np.testing.assert_allclose(length[-1][:, :3], shipped[-1][:, :3], rtol=0.05)


def cosine(look):
    """The median one learning rate ahead over the training but its first point, (3 seeds,)."""
    return np.median(look["cosine"][:, 1:, 4].astype(float), axis=1)


def last_loss(look):
    return look["loss"][:, -5:, 0].astype(float).mean(axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", [SMALL_START, FOLDED, "sd 0.1, with"])
def test_a_landscape_is_what_the_code_gives(name):
    again = np.array(landscapes.along_training("ReLU, rate 0.1", name, steps=60))  # (4, 2, E)
    for index, which in enumerate(("loss", "cosine")):
        shipped = RELU[name][which][0, :4].astype(float)
        np.testing.assert_allclose(again[:, index], shipped, rtol=0.02, atol=0.02)


def test_relu_with_batch_norm_is_smoother_along_the_gradient():
    plain = np.maximum(cosine(RELU[SMALL_START]), cosine(RELU[landscapes.GOOD_START]))
    assert (cosine(RELU["sd 0.1, with"]) > plain + 0.3).all()


def test_smoothness_goes_with_the_size_of_the_weights_and_not_with_the_loss():
    narrow, middle, wide = (RELU[name] for name in landscapes.WIDTHS)
    assert (cosine(narrow) + 0.2 < cosine(middle)).all()
    assert (cosine(middle) < cosine(wide)).all()
    assert (last_loss(narrow) < last_loss(middle)).all()
    assert (3 * last_loss(middle) < last_loss(wide)).all()


def test_the_folded_start_is_smoother_than_the_good_start_and_about_as_smooth_as_batch_norm():
    for networks in recordings.read("landscapes").values():
        folded, good, normed = (
            cosine(networks[name]) for name in (FOLDED, landscapes.GOOD_START, "sd 0.1, with")
        )
        assert (folded > good).all()
        assert (abs(folded - normed) < 0.15).all()


def smooth(setting, kind):
    """The median cosine one step ahead, and the loss at the end, (5 seeds,) each."""
    run = recordings.read("smoothness")[setting][kind]
    return np.median(run["cosine"], axis=1), run["loss"]


@pytest.mark.parametrize("setting", smoothness.SETTINGS)
def test_subtracting_makes_it_smooth_and_dividing_does_not(setting):
    neither, subtract, divide, both = (smooth(setting, kind)[0] for kind in centring.KINDS)
    assert both.min() > neither.max() + 0.03
    assert subtract.min() > neither.max() + 0.03
    assert abs(np.median(subtract) - np.median(both)) < 0.03
    assert np.median(divide) < np.median(neither) + 0.05


def test_at_one_rate_the_smoother_network_need_not_be_the_faster_one():
    for setting in ("ReLU, rate 0.1", "ReLU, rate 0.3"):
        assert smooth(setting, "both")[1].min() > smooth(setting, "neither")[1].max()


@pytest.mark.slow
def test_another_seed_says_the_same_of_smoothness(monkeypatch):
    monkeypatch.setattr(smoothness, "STEPS", 100)
    neither, subtract, divide, both = (
        np.median(smoothness.train("sigmoid", 1.0, kind, 7)[0]) for kind in centring.KINDS
    )
    assert min(subtract, both) > neither + 0.3
    assert divide < neither + 0.2


@pytest.mark.slow
def test_the_recorded_smoothness_is_what_the_code_gives(monkeypatch):
    monkeypatch.setattr(smoothness, "STEPS", 41)
    again, _ = smoothness.train("ReLU", 0.1, "both", 0)
    shipped = recordings.read("smoothness")["ReLU, rate 0.1"]["both"]["cosine"][0, :4]
    np.testing.assert_allclose(again, shipped, atol=0.01)


def losses(factor, rate, seed):
    """100 losses when hidden weights are scaled by a factor and learn at their own rate."""
    data, history = digits.load(dtype=float), []
    net = network.init((64, 20, 20, 10), dtype=float, seed=seed)
    hidden = [layer._replace(weights=factor * layer.weights) for layer in net.layers[:-1]]
    net = net._replace(layers=(*hidden, net.layers[-1]), eps=0.0)
    rates = [network.Layer(rate, None, 0.3, 0.3)] * 2 + [network.Layer(0.3, 0.3)]
    for _, batch in zip(range(100), training.minibatches(1437, 60, seed), strict=False):
        net, loss, _ = training.step(net, data.images[batch], data.labels[batch], rates)
        history.append(loss)
    return np.array(history)


@pytest.mark.parametrize(("seed", "factor"), [(0, 0.1), (1, 10), (2, 1000)])
def test_scale_of_the_weights_and_step_size_are_one_question(seed, factor):
    plain = losses(1, 0.3, seed)
    np.testing.assert_allclose(losses(factor, 0.3 * factor**2, seed), plain, atol=1e-9)
    assert np.abs(losses(factor, 0.3, seed) - plain).max() > 0.05


def test_weight_decay_is_a_growing_learning_rate():
    data, decay, rate = digits.load(dtype=float), 0.1, 0.3
    shrink = 1 - rate * decay
    net = network.init((64, 20, 20, 10), dtype=float)._replace(eps=0.0)
    decayed = growing = net
    apart = []
    for k, batch in zip(range(80), training.minibatches(1437, 60), strict=False):
        x, labels = data.images[batch], data.labels[batch]
        before = decayed.layers
        decayed, loss, _ = training.step(
            decayed, x, labels, [network.Layer(0.3, 0.3, 0.3, 0.3)] * 3
        )
        hidden = [
            after._replace(weights=after.weights - rate * decay * old.weights)
            for after, old in zip(decayed.layers[:-1], before, strict=False)
        ]
        decayed = decayed._replace(layers=(*hidden, decayed.layers[-1]))
        larger = [network.Layer(rate / shrink ** (2 * k + 1), None, 0.3, 0.3)] * 2
        growing, same, _ = training.step(growing, x, labels, [*larger, network.Layer(0.3, 0.3)])
        apart.append(abs(loss - same))
    assert max(apart) < 1e-9
    ratio = np.linalg.norm(decayed.layers[0].weights) / np.linalg.norm(growing.layers[0].weights)
    assert ratio == pytest.approx(shrink**80)
