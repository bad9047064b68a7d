"""Which mean and variance at test time: claim 7, and the recorded experiments behind it."""

import numpy as np
import pytest

from bnviz import example, network, recordings, training
from bnviz.recordings import three_rules, trained_network

five_networks = pytest.mark.xdist_group("five networks")  # trained once, by one worker


def test_the_trained_network_answers_as_one_that_is_trained_now():
    again, shipped = trained_network.run(), recordings.read("trained_network")
    assert again.keys() == shipped.keys()
    for number, layer in shipped.items():
        assert again[number].keys() == layer.keys()
        for name, value in layer.items():
            apart = again[number][name].astype(float) - value
            assert np.abs(apart).mean() < 0.01, name  # rounding grows over 600 steps


def test_the_record_of_test_time_is_what_the_code_gives():
    again, shipped = three_rules.run(sizes=(2, 60)), recordings.read("three_rules")
    some = [list(shipped["sizes"]).index(m) for m in again["sizes"]]
    for name in ("rates", "seen"):
        np.testing.assert_array_equal(again[name], shipped[name])
    np.testing.assert_allclose(again["unit"], shipped["unit"][some], atol=1e-4)
    np.testing.assert_allclose(again["truth"], shipped["truth"], atol=1e-4)
    apart = np.abs(again["wrong"] - shipped["wrong"][some])
    assert apart.max() <= 3  # images at the border of a class
    assert abs(again["wrong_truth"] - shipped["wrong_truth"]) <= 1


def test_all_rules_are_right_after_many_large_batches_and_a_slow_average_not_after_ten():
    record = recordings.read("three_rules")
    assert record["wrong"][-1, 3, -1].max() < 18  # m = 128, rate 0.1, 200 batches: over 95 %
    seen = record["seen"].tolist().index(10)
    algorithm_2, _, running = record["wrong"][5, 0, seen]  # m = 60, rate 0.01
    assert algorithm_2 < 18 < 180 < running


@five_networks
@pytest.mark.parametrize(("m", "least", "most"), [(2, 2.0, 2.6), (8, 1.1, 1.25), (32, 1.02, 1.06)])
def test_the_corrected_variance_is_right_in_the_first_layer_only(m, least, most):
    images = example.images()
    for seed, run in enumerate(example.five_runs(600, 0.1)):
        truth = training.measure_statistics(run.network, images, len(images))
        rows = np.random.default_rng(seed).choice(len(images), (20_000 // m, m))
        _, cache = network.forward(run.network, images[rows])
        first, _, third = (
            m / (m - 1) * (norm.var.mean(axis=0) / var).mean()
            for norm, (_, var) in zip(cache.norms, truth, strict=True)
        )
        assert abs(first - 1) < 0.02
        assert least < third < most


@five_networks
def test_running_averages_cost_early_because_of_their_start_and_not_late():
    def accuracies(steps, rate):
        """By running averages, by Algorithm 2, and by running averages without their start."""
        start = (1 - rate) ** steps  # the weight that mean 0 and variance 1 still have
        found = []
        for run in example.five_runs(steps, rate):
            repaired = [(m / (1 - start), (v - start) / (1 - start)) for m, v in run.running]
            kept = run.running, run.network.statistics, repaired
            found.append([accuracy(run.network, statistics) for statistics in kept])
        return np.mean(found, axis=0)

    late, early, slow = accuracies(600, 0.1), accuracies(30, 0.1), accuracies(30, 0.01)
    assert abs(late[0] - late[1]) < 0.015
    assert min(late) > 0.96
    assert early[0] < early[1] - 0.015
    assert slow[0] < 0.4 < 0.85 < slow[1]
    for _, algorithm_2, without_start in (early, slow):  # so it is the start that costs
        assert abs(without_start - algorithm_2) < 0.03


def accuracy(net, statistics):
    """The share of the test images that are right with these statistics."""
    return training.accuracy(net._replace(statistics=statistics), *example.TEST)


@five_networks
def test_statistics_of_ones_own_batch_cost_most_those_of_zeros_and_ones_some_points():
    images, labels, test_images, test_labels = example.DATA
    shuffled, by_digit = np.arange(360), np.argsort(test_labels, kind="stable")

    def right_in_batches(net, m, order=shuffled):
        batches = order[: len(order) // m * m].reshape(-1, m)
        logits, _ = network.forward(net, test_images[batches])
        return np.mean(logits.argmax(axis=-1) == test_labels[batches])

    for run in example.five_runs(600, 0.1):
        net = run.network
        assert right_in_batches(net, 1) < 0.15
        assert 0.4 < right_in_batches(net, 2) < right_in_batches(net, 4) - 0.1
        assert right_in_batches(net, 64) > 0.93
        assert right_in_batches(net, 32, by_digit) < 0.5
        few = training.measure_statistics(net, images[labels < 2], 60)
        assert 0.8 < accuracy(net, few) < accuracy(net, net.statistics) - 0.01
