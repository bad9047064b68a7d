"""What notebook 12 claims: small batches, a convolution, and residual stacks."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bnviz import convolution, digits, network, recordings, training
from bnviz.example import DATA, FOLDED, GOOD_START, TEST
from bnviz.explore.nb12_beyond_the_batch import errors_at_best, residual_accuracy
from bnviz.practice.exercises import find
from bnviz.recordings import residual, small_batches
from bnviz.recordings.small_batches import HALF_FOLDED, HALF_LAYER_NORM, METHODS

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "12_beyond_the_batch.ipynb"
CELLS = {cell["id"]: cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
WITHOUT_THE_BATCH = ("group norm", "layer norm", "RMS norm")  # with the sigmoid


def medians(method, budget):
    return np.median(errors_at_best(method, budget), axis=1)


def test_at_equal_examples_batch_norm_fails_at_two_and_not_at_four():
    errors = medians("batch norm", "examples")
    assert errors[0] > 0.2
    assert errors[1:].max() < 0.06
    assert all(
        medians(other, "examples")[0] < 0.1 for other in (*WITHOUT_THE_BATCH, GOOD_START, FOLDED)
    )


def test_with_few_steps_at_sixty_the_other_norms_lag():
    for other in WITHOUT_THE_BATCH:
        assert medians(other, "examples")[-1] > 4 * medians("batch norm", "examples")[-1]
    assert medians(FOLDED, "examples").max() < 0.1


def test_at_equal_steps_every_norm_is_worse_than_none_at_two():
    none = max(medians(GOOD_START, "steps")[0], medians(FOLDED, "steps")[0])
    for norm in ("batch norm", *WITHOUT_THE_BATCH):
        assert medians(norm, "steps")[0] > none + 0.1
        assert medians(norm, "steps")[0] > 5 * medians(norm, "steps")[-1]


def test_it_was_the_sigmoid_that_held_layer_norm_back():
    for budget, size in (("examples", -1), ("steps", 0)):
        with_half, without = (
            errors_at_best(norm, budget)[size] for norm in ("layer norm", HALF_LAYER_NORM)
        )
        assert (without < with_half / 2).all()


def test_without_the_half_layer_norm_is_no_better_than_no_norm():
    for budget, size in (("examples", -1), ("steps", 0)):
        gain = errors_at_best(HALF_FOLDED, budget) - errors_at_best(HALF_LAYER_NORM, budget)
        assert gain[size].min() < 0 < gain[size].max()
        assert abs(medians(HALF_FOLDED, budget) - medians(HALF_LAYER_NORM, budget)).max() < 0.03


def test_elsewhere_layer_norm_may_be_ahead_of_no_norm_or_behind():
    gain = medians(HALF_FOLDED, "examples") - medians(HALF_LAYER_NORM, "examples")
    assert gain[0] > 0.005
    assert gain.min() < 0


def train_anew(name, m, seed, rates, steps):
    """Train as the recording does; the share of the test images that is wrong, (rates,)."""
    method, rates = METHODS[name], np.array(rates, np.float32)[:, None, None]
    net = network.stack([small_batches.start(method, seed)] * len(rates))
    batches = training.minibatches(len(small_batches.SEEN[0]), m, seed)
    for _ in range(steps):
        rows = next(batches)
        x, labels = small_batches.SEEN[0][rows], small_batches.SEEN[1][rows]
        net = small_batches.descend(method, net, x, labels, rates)
    return small_batches.share_wrong(method, net, *TEST)


@pytest.fixture(scope="module")
def trained_anew():
    """With 60 images, for 100 steps, at the rate of the recording: errors of ten other seeds."""
    errors = {}
    for name in ("layer norm", HALF_LAYER_NORM, HALF_FOLDED):
        kept_back = recordings.read("small_batches")[name]["examples"][-1, :, 0]  # (seeds, rates)
        rate = small_batches.RATES[np.median(kept_back, axis=0).argmin()]
        found = [train_anew(name, 60, seed, (rate,), 100)[0] for seed in range(5, 15)]
        errors[name] = np.array(found)
    return errors


def test_it_was_the_sigmoid_on_other_seeds_too(trained_anew):
    with_half, without = trained_anew["layer norm"], trained_anew[HALF_LAYER_NORM]
    assert (without < with_half / 2).sum() >= 9  # one may come near to half on another machine
    assert np.median(without) < np.median(with_half) / 3


def test_no_norm_does_at_least_as_well_on_other_seeds_too(trained_anew):
    no_norm, normed = trained_anew[HALF_FOLDED], trained_anew[HALF_LAYER_NORM]
    assert (normed < no_norm).sum() <= 3
    assert np.median(no_norm) < np.median(normed) + 0.01


def test_with_a_sigmoid_the_other_norms_leave_little_that_differs_between_examples():
    limits = dict.fromkeys(WITHOUT_THE_BATCH, (0, 0.02))
    limits |= {"batch norm": (0.99, 1.01), HALF_LAYER_NORM: (0.25, 0.6)}
    for name, (low, high) in limits.items():
        for seed in range(3):
            net = small_batches.start(METHODS[name], seed)
            _, passed = small_batches.forward(METHODS[name], net, DATA.images)
            z_hat = passed[2][1]
            assert low < z_hat.var(axis=0).mean() / (z_hat**2).mean() < high


def test_two_examples_are_too_few_for_batch_norm_on_this_machine_too():
    """Trained anew for 1,500 steps at one rate, as the recording is of one machine."""
    batch_norm, *others = (
        train_anew(name, 2, 0, (0.04,), 1500)[0] for name in ("batch norm", "group norm", FOLDED)
    )
    assert batch_norm > 2 * max(others)


# The convolution, as the cells of the notebook race it


def cells_of_the_race(data):
    """What the notebook defines for the race, with the finished averages."""
    scope = {"np": np, "convolution": convolution, "data": data}
    scope["answers"] = SimpleNamespace(use=lambda name, answer: answer)
    scope |= {name: find(name).reference for name in ("batch_average", "group_average")}
    for name in ("race", "race-starts"):
        exec("".join(CELLS[name]["source"]), scope)
    return scope


def rates_of(cell):
    """The rates that a cell of the notebook races with, {name: rate}."""
    scope = cells_of_the_race(digits.load())
    lines = [line for line in CELLS[cell]["source"] if line.startswith("rates = ")]
    assert len(lines) == 1
    exec(lines[0], scope)
    return scope["rates"]


def train(cells, name, rate, seed, **choices):
    given = cells["images"], cells["data"].labels, (cells["test_images"], cells["data"].test_labels)
    net = cells["starts"][name](seed)
    return convolution.train(net, *given, learning_rate=rate, seed=seed, **choices)


def steps_to_95(shares):
    """At which look each run has 95 %, a look after the last where it never has; (runs, looks)."""
    reached = np.pad(np.array(shares) >= 0.95, ((0, 0), (0, 1)), constant_values=True)
    return 10 * (1 + reached.argmax(axis=1))


@pytest.fixture(scope="module")
def race():
    return cells_of_the_race(digits.load())


@pytest.fixture(scope="module")
def choosing():
    """The same with images that were kept back in the place of the test images."""
    return cells_of_the_race(
        digits.load()._replace(
            images=small_batches.SEEN[0],
            labels=small_batches.SEEN[1],
            test_images=small_batches.KEPT_BACK[0],
            test_labels=small_batches.KEPT_BACK[1],
        )
    )


def test_every_convolution_has_a_rate_that_suits_it(choosing):
    """Chosen with seeds that the race has not: at most 20 steps behind half and twice the rate."""
    for name, used in rates_of("raced").items():
        steps = {}
        for rate in (used / 2, used, 2 * used):
            choices = {"batch_size": 60, "steps": 120, "every": 10}
            seen = [train(choosing, name, rate, seed, **choices) for seed in (10, 11)]
            steps[rate] = np.median(steps_to_95(seen))
        assert steps[used] <= min(steps.values()) + 20, (name, steps)


def test_with_two_images_no_convolution_has_a_much_better_rate(choosing):
    for name, used in rates_of("raced-at-two").items():
        shares = {
            rate: np.mean(
                [train(choosing, name, rate, seed, batch_size=2, steps=300) for seed in (10, 11)]
            )
            for rate in (used / 2, used, 2 * used)
        }
        assert shares[used] >= max(shares.values()) - 0.04, (name, shares)


def test_a_convolution_with_batch_norm_does_not_fail_at_two_images(race):
    """Over seeds that the notebook has not: no lower than the others in the mean."""
    shares = {
        name: np.mean(
            [train(race, name, rate, seed, batch_size=2, steps=300) for seed in range(5, 9)]
        )
        for name, rate in rates_of("raced-at-two").items()
    }
    batch_norm = shares.pop("batch norm")
    assert batch_norm > 0.84
    assert batch_norm > max(shares.values()) - 0.04


def test_a_convolution_with_batch_norm_is_ahead_at_sixty(race):
    """Steps to 95 %, added over three seeds; 110 where 100 were not enough."""
    steps, choices = {}, {"batch_size": 60, "steps": 100, "every": 10}
    for name, rate in rates_of("raced").items():
        steps[name] = steps_to_95([train(race, name, rate, s, **choices) for s in range(3)]).sum()
    assert steps.pop("batch norm") <= min(steps.values()) - 30


@pytest.mark.parametrize("depth", residual.DEPTHS)
def test_small_branches_make_a_stack_trainable_and_batch_norm_is_one_way(depth):
    kept = recordings.read("residual")[str(depth)]
    growth = {way: kept[way]["mean square"][-1] / kept[way]["mean square"][0] for way in kept}
    assert growth["plain"] > 2 ** (0.6 * depth)
    assert kept["batch norm"]["mean square"][-1] < 2 * depth
    assert growth["small branches"] < 3
    assert growth["sum / √2"] < 1
    assert np.median(residual_accuracy(depth, "plain")) < 0.75
    batch_norm = np.median(residual_accuracy(depth, "batch norm"))
    assert batch_norm > 0.93
    small = ("folded start", "small branches", "closed branches")
    for way in small:
        assert np.median(residual_accuracy(depth, way)) >= batch_norm - 0.03
    lowest = min(residual_accuracy(depth, way).min() for way in small)
    assert residual_accuracy(depth, "sum / √2").max() < lowest - 0.05


def test_a_linear_classifier_does_as_well_as_the_stacks_that_train(capsys):
    """Whatever its penalty, and chosen on the images that the stacks choose their rates on."""
    scope = {"np": np, "residual": residual, "data": digits.load()}
    exec("".join(CELLS["linear-classifier"]["source"]), scope)
    assert capsys.readouterr().out
    assert 0.92 < scope["is_right"].mean() < 0.95
    seen, one_hot = scope["seen"], scope["one_hot"]
    kept_back, labels = residual.KEPT_BACK
    for penalty in (0.1, 1, 3):
        weights = np.linalg.solve(seen.T @ seen + penalty * np.eye(65), seen.T @ one_hot)
        logits = kept_back @ weights[:-1] + weights[-1]
        assert 0.92 < (logits.argmax(axis=1) == labels).mean() < 0.95
    for depth in residual.DEPTHS:
        for way in ("batch norm", "folded start", "small branches", "closed branches"):
            gain = np.median(residual_accuracy(depth, way)) - scope["is_right"].mean()
            assert -0.02 < gain < 0.04


@pytest.mark.parametrize("way", residual.RATES)
def test_a_stack_has_no_better_rate_outside_of_those_tried(way):
    for depth in residual.DEPTHS:
        chosen_by = recordings.read("residual")[str(depth)][way]["accuracy"][:, 0].mean(axis=0)
        if chosen_by.max() > 0.2:  # where something is learned
            assert 0 < chosen_by.argmax() < len(chosen_by) - 1


def test_divided_by_root_two_a_branch_is_as_large_as_what_it_is_added_to():
    for way, low, high in (("sum / √2", 0.5, 2), ("batch norm", 0.01, 0.1)):
        stack = residual.start(way, 40, 0, rates=1)
        entered, passed, _ = residual.forward(way, stack, residual.SEEN[0])
        share = [
            (one[-1] ** 2).mean() / (x**2).mean()
            for x, one in zip(entered[:-1], passed, strict=True)
        ]
        assert low < np.median(share[20:]) < high


def test_a_short_stack_is_what_the_code_gives():
    for way in ("batch norm", "folded start", "closed branches", "sum / √2"):
        found = residual.run([20], [way], range(1), steps=100)["20"][way]
        shipped = recordings.read("residual")["20"][way]
        np.testing.assert_allclose(found["mean square"], shipped["mean square"], rtol=1e-3)
        if way != "sum / √2":  # it needs more than 100 steps
            assert found["accuracy"][0, 1].max() > 0.9
