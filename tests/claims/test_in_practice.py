"""What notebook 13 claims: its four programs, broken and repaired, and the signs of learning."""

import re
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from bnviz import digits
from bnviz.example import GOOD_START, SMALL_START, WITH_BN
from bnviz.practice.exercises import find
from bnviz.practice.exercises.nb13_in_practice import BatchNorm
from bnviz.practice.exercises.nb13_programs import (
    handed_over,
    recognize_as_it_came,
    score_with,
    tuned,
    two_at_a_time,
)
from bnviz.practice.programs import Net, accuracy, fit, measure
from bnviz.recordings import signs

DATA = digits.load(float)
TEST = DATA.test_images, DATA.test_labels
SEEDS = range(5)


@pytest.fixture(scope="module")
def nets():
    return [fit(Net(BatchNorm, seed=seed), DATA.images, DATA.labels, seed=seed) for seed in SEEDS]


def over_seeds(program, nets):
    return np.array([program(deepcopy(net)) for net in nets])


def test_the_right_program_recognizes_nearly_all(nets):
    score = find("score").reference
    assert over_seeds(lambda net: score(net, *TEST), nets).min() > 0.93


def test_in_pairs_a_third_is_lost_and_comes_back(nets):
    def in_pairs(recognize):
        return lambda net: (two_at_a_time(net, recognize, TEST[0]) == TEST[1]).mean()

    broken = over_seeds(in_pairs(recognize_as_it_came), nets)
    assert broken.max() < 0.75
    assert broken.min() > 0.5
    assert over_seeds(in_pairs(find("recognize").reference), nets).min() > 0.93


def test_a_sorted_test_set_shows_what_a_shuffled_one_and_the_whole_hide(nets):
    order, zeros = np.argsort(TEST[1], kind="stable"), TEST[1] == 0
    in_order, only_zeros = [part[order] for part in TEST], [part[zeros] for part in TEST]
    batches, whole = score_with(each=measure), score_with(before=measure)
    assert over_seeds(lambda net: batches(net, *TEST), nets).min() > 0.92
    assert over_seeds(lambda net: whole(net, *in_order), nets).min() > 0.92
    found = over_seeds(lambda net: batches(net, *in_order), nets)
    assert 0.5 < found.min() <= found.max() < 0.75
    assert (
        over_seeds(lambda net: score_with(each=measure, size=36)(net, *in_order), nets).max() < 0.3
    )
    assert over_seeds(lambda net: whole(net, *only_zeros), nets).max() < 0.3
    repaired = find("score").reference
    assert over_seeds(lambda net: repaired(net, *only_zeros), nets).min() > 0.93


def test_a_slow_average_is_not_ready_after_a_hundred_steps():
    def ends(**how):
        train_network = handed_over(**how)
        trained = [train_network(BatchNorm, DATA.images, DATA.labels, seed) for seed in SEEDS]
        return [accuracy(net, *TEST) for net in trained]

    assert max(ends(rate=0.001)) < 0.7
    assert min(ends(rate=0.1)) > 0.92
    assert min(ends(rate=0.001, measured=True)) > 0.92


def test_two_images_a_step_ruin_a_fine_tuning_unless_the_statistics_are_frozen(nets):
    def moved(images):
        return np.roll(images.reshape(-1, 8, 8), 1, axis=2).reshape(-1, 64)

    def after(fine_tune):
        def program(net):
            tuned_net = fine_tune(net, moved(DATA.images[:600]), DATA.labels[:600])
            return accuracy(tuned_net, moved(TEST[0]), TEST[1])

        return over_seeds(program, nets)

    frozen = after(find("fine_tune").reference)
    broken, stopped, afterwards = map(after, (tuned(), tuned(rate=0), tuned(after=measure)))
    assert np.median(frozen) > 0.82
    assert (frozen > broken + 0.1).all()
    assert np.median(broken) < 0.7
    assert (frozen > after(tuned(learning_rate=0.01)) + 0.05).all()  # a smaller step repairs little
    assert np.median(stopped) < np.median(broken)
    assert (frozen > afterwards + 0.05).all()


def test_the_size_of_a_step_tells_more_than_saturation():
    names = (SMALL_START, signs.LARGE_START, GOOD_START, WITH_BN)
    small, large, good, normed = signs.run(names, (0, 10, 100), SEEDS).values()
    assert small["accuracy"].max() < 0.2
    assert small["saturation"].max() < 0.01
    sizes = small["step_size"]  # (seeds, steps, layers)
    assert np.min(sizes[..., -1] / sizes[..., 0]) > 80
    assert large["saturation"].max(axis=-1).min() > 0.4
    assert large["saturation"][:, -1].max(axis=-1).min() > 0.5
    assert (large["accuracy"][:, -1] > good["accuracy"][:, -1] - 0.1).all()
    assert np.median(large["accuracy"][:, -1]) > 0.8
    hidden = normed["step_size"][..., :3]
    assert np.max(hidden.max(axis=-1) / hidden.min(axis=-1)) < 3
    assert normed["accuracy"][:, -1].min() > 0.9


def test_the_pytorch_that_is_named_is_the_one_that_is_compared():
    root = Path(__file__).parents[2]
    compared = re.search(r"torch==([\d.]+)", (root / "noxfile.py").read_text("utf-8"))[1]
    text = (root / "notebooks" / "13_in_practice.ipynb").read_text("utf-8")
    assert re.findall(r"with PyTorch ([\d.]*\d)", text) == [compared]
