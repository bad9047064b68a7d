"""Claims 2, 8 and 9: fewer steps, larger learning rates, any start; and the inputs that move."""

import functools

import numpy as np
import pytest

from bnviz import digits, example, measures, network, recordings, training
from bnviz.example import FOLDED, GOOD_START, SIZES, SMALL_START, UNIT, WITH_BN
from bnviz.recordings import race, rates_and_starts

RATES = np.array(rates_and_starts.RATES)
RACE = recordings.read("race")
BEST = {name: record["to_90"].mean(axis=0).argmin() for name, record in RACE.items()}


def at_best(name):
    return RACE[name]["to_90"][:, BEST[name]]


def ends(name):
    """Accuracies of the sweep after all steps, (3 seeds, 8 starts, 7 rates)."""
    return recordings.read("rates_and_starts")[name][:, -1]


@pytest.mark.parametrize(
    ("name", "steps", "looks"), [(GOOD_START, 600, 73), (FOLDED, 150, 37), (WITH_BN, 150, 37)]
)
def test_a_race_run_anew_takes_as_long_as_the_recorded_ones(name, steps, looks):
    make, rates = functools.partial(example.start, name), race.RATES[1:3]
    (run,) = example.train_over_seeds(make, rates, range(1), steps=steps, snapshots=looks)
    recorded = RACE[name]["to_90"][:, 1:3]  # (5 seeds, 2 rates)
    again = training.steps_to(run, 0.9)
    assert (again > recorded.min(axis=0) / 1.5).all()
    assert (again < recorded.max(axis=0) * 1.5).all()


def test_the_first_steps_of_a_row_of_the_sweep_are_what_the_code_gives():
    again, shipped = rates_and_starts.run([0.4], range(1)), recordings.read("rates_and_starts")
    np.testing.assert_array_equal(again["steps"], shipped["steps"])
    early, row = shipped["steps"] <= 30, rates_and_starts.WEIGHTS.index(0.4)
    for name in ("without", "with"):
        now, then = again[name][0, :, 0], shipped[name][0, :, row]  # (S, 7 rates)
        np.testing.assert_allclose(now[early, :5], then[early, :5], atol=0.05)
        learned = (then[-1] > 0.95) | (then[-1] < 0.3)  # the others are on their way
        np.testing.assert_array_equal(now[-1, learned] > 0.6, then[-1, learned] > 0.6)


def test_looks_lie_close_enough_to_tell_the_networks_apart():
    for name in (GOOD_START, WITH_BN):
        gap = at_best(name) - RACE[name]["before_90"][:, BEST[name]]
        assert (gap > 0).all()
        assert (gap <= 0.5 * at_best(name)).all()


def test_against_a_bad_start_it_is_dozens_of_times_fewer_steps():
    assert RACE[SMALL_START]["to_90"][:, 1].mean() / RACE[WITH_BN]["to_90"][:, 1].mean() > 40
    assert 20 < at_best(SMALL_START).mean() / at_best(WITH_BN).mean() < 60


def test_against_a_good_start_it_is_several_times_fewer():
    ratios = at_best(GOOD_START) / at_best(WITH_BN)
    assert ratios.min() > 2
    assert 4 < at_best(GOOD_START).mean() / at_best(WITH_BN).mean() < 10


def test_a_rate_of_its_own_halves_the_steps_of_the_bad_start():
    assert RACE[SMALL_START]["to_90"][:, 1].mean() > 1.6 * at_best(SMALL_START).mean()


def test_it_stands_a_learning_rate_at_which_a_well_initialized_network_guesses():
    assert ends("with")[:, 0, RATES == 8].min() > 0.92
    assert ends("without")[:, 0, RATES == 8].max() < 0.2
    assert ends("without")[:, 0, RATES == 2].min() > 0.9


@pytest.mark.parametrize("row", range(1, 8))
def test_it_learns_from_any_start(row):
    assert ends("with")[:, row, RATES == 0.5].min() > 0.9
    large = rates_and_starts.WEIGHTS[row] >= 0.4
    assert (ends("without")[:, row, RATES == 0.5] > 0.8).all() == large


def test_at_a_small_learning_rate_large_weights_still_hold_it_up():
    at_001 = ends("with")[..., 0]
    assert at_001[:, 1].min() > at_001[:, 7].max() + 0.2


def test_most_of_the_map_is_learned_with_and_little_without():
    shares = {name: (ends(name)[:, 1:] >= 0.9).mean(axis=(1, 2)) for name in ("with", "without")}
    assert shares["with"].min() >= 0.6
    assert shares["without"].max() <= 0.15


def test_ten_times_the_weights_turn_a_hundredth_as_much():
    data, net, turns = digits.load(float), network.init(SIZES, dtype=float), []
    for factor in (1, 10):
        hidden = [layer._replace(weights=factor * layer.weights) for layer in net.layers[:-1]]
        logits, cache = network.forward(
            net._replace(layers=(*hidden, net.layers[-1])), data.images[:60]
        )
        _, dlogits = network.cross_entropy(logits, data.labels[:60])
        gradient = network.backward(dlogits, cache)[0].weights
        turns.append(np.linalg.norm(gradient) / np.linalg.norm(hidden[0].weights))
    assert turns[0] / turns[1] == pytest.approx(100, rel=0.02)


def test_the_input_of_the_sigmoid_wanders_less_but_widens():
    data, wander = digits.load(), {}
    for name, (batch_norm, weights) in {
        GOOD_START: (False, "sigmoid"),
        WITH_BN: (True, 0.1),
    }.items():
        nets = [network.init(SIZES, batch_norm, weights, seed=seed) for seed in range(3)]
        run = training.train(
            network.stack(nets), data.images, data.labels, steps=300, unit=UNIT, snapshots=40,
            progress=False,
        )  # fmt: skip
        record = {"z": run.z, "gamma": run.gamma, "beta": run.beta} if batch_norm else {"z": run.z}
        low, median, high = measures.percentiles(example.into_sigmoid(record)[:, 2])
        wander[name] = np.ptp(median, axis=0)
    assert wander[WITH_BN].max() < 0.5
    assert wander[GOOD_START].min() > 1.5 * wander[WITH_BN].max()
    assert ((high - low)[-1] > 1.1 * (high - low)[0]).all()  # of the last, with batch norm
