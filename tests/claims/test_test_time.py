"""Which mean and variance at test time: claim 7, and the recorded experiments behind it."""

import numpy as np
import pytest

from bnviz import digits, example, network, recordings, training
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


def test_all_rules_recognize_the_digits_after_many_large_batches():
    record = recordings.read("three_rules")
    assert record["wrong"][-1, 3, -1].max() < 18  # m = 128, rate 0.1, 200 batches: over 95 %


def test_a_running_average_that_remembers_its_start_does_not():
    record = recordings.read("three_rules")
    seen = record["seen"].tolist().index(10)
    algorithm_2, _, running = record["wrong"][5, 0, seen]  # m = 60, rate 0.01
    assert algorithm_2 < 18 < 180 < running


def test_the_corrected_variance_is_right_in_the_first_layer_only():
    net = trained_network.trained()
    truth = training.measure_statistics(net, example.images(), len(example.images()))
    for m, least, most in ((2, 2.0, 2.6), (4, 1.3, 1.55), (8, 1.1, 1.25), (32, 1.02, 1.06)):
        rows = np.random.default_rng(0).choice(len(example.images()), (20_000 // m, m))
        _, cache = network.forward(net, example.images()[rows])
        ratios = [
            m / (m - 1) * (norm.var.mean(axis=0) / var).mean()
            for norm, (_, var) in zip(cache.norms, truth, strict=True)
        ]
        assert abs(ratios[0] - 1) < 0.02
        assert least < ratios[2] < most


@five_networks
def test_running_averages_cost_early_because_of_their_start_and_not_late():
    data = digits.load()

    def accuracies(steps, rate):
        runs = example.five_runs(steps, rate)
        start = (1 - rate) ** steps  # the weight that mean 0 and variance 1 still have
        lagging = [run.network._replace(statistics=run.running) for run in runs]
        repaired = [
            net._replace(
                statistics=[(m / (1 - start), (v - start) / (1 - start)) for m, v in net.statistics]
            )
            for net in lagging
        ]
        return [
            np.mean([training.accuracy(net, data.test_images, data.test_labels) for net in nets])
            for nets in (lagging, [run.network for run in runs], repaired)
        ]

    late, early, slow = accuracies(600, 0.1), accuracies(30, 0.1), accuracies(30, 0.01)
    assert abs(late[0] - late[1]) < 0.015
    assert min(late) > 0.96
    assert early[0] < early[1] - 0.015
    assert slow[0] < 0.4 < 0.85 < slow[1]
    for _, algorithm_2, without_start in (early, slow):  # so it is the start that costs
        assert abs(without_start - algorithm_2) < 0.03


@five_networks
def test_batch_mates_decide_where_test_images_come_in_batches():
    data = digits.load()
    shuffled, by_digit = np.arange(360), np.argsort(data.test_labels, kind="stable")

    def right(net, m, order=shuffled):
        batches = order[: len(order) // m * m].reshape(-1, m)
        logits, _ = network.forward(net, data.test_images[batches])
        return np.mean(logits.argmax(axis=-1) == data.test_labels[batches])

    for run in example.five_runs(600, 0.1):
        net = run.network
        assert right(net, 1) < 0.15
        assert 0.4 < right(net, 2) < right(net, 4) - 0.1
        assert right(net, 64) > 0.93
        assert right(net, 32, by_digit) < 0.5


@five_networks
def test_statistics_of_zeros_and_ones_alone_cost_some_points():
    data = digits.load()
    few = data.images[data.labels < 2]

    def accuracy(net):
        return training.accuracy(net, data.test_images, data.test_labels)

    for run in example.five_runs(600, 0.1):
        changed = run.network._replace(statistics=training.measure_statistics(run.network, few, 60))
        assert 0.8 < accuracy(changed) < accuracy(run.network) - 0.01
