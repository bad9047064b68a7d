"""Which mean and variance at test time: claim 7, and the recorded experiments behind it."""

import numpy as np

from bnviz import digits, example, network, recordings, training
from bnviz.recordings import three_rules, trained_network


def test_the_trained_network_is_what_training_gives():
    again, shipped = trained_network.run(), recordings.read("trained_network")
    assert again.keys() == shipped.keys()
    for number, layer in shipped.items():
        assert again[number].keys() == layer.keys()
        for name, value in layer.items():
            found = np.asarray(again[number][name], float)
            np.testing.assert_allclose(found, value, rtol=0.02, atol=0.02, err_msg=name)


def test_the_record_of_test_time_is_what_the_code_gives():
    again, shipped = three_rules.run(), recordings.read("three_rules")
    for name in ("sizes", "rates", "seen"):
        np.testing.assert_array_equal(again[name], shipped[name])
    np.testing.assert_allclose(again["unit"], shipped["unit"], atol=1e-4)
    np.testing.assert_allclose(again["truth"], shipped["truth"], atol=1e-4)
    assert np.abs(again["wrong"] - shipped["wrong"]).max() <= 3  # images at the border of a class
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


def test_running_averages_lag_early_and_not_late():
    data = digits.load()

    def accuracies(steps, rate):
        runs = example.five_runs(steps, rate)
        lagging = [run.network._replace(statistics=run.running) for run in runs]
        return [
            np.mean([training.accuracy(net, data.test_images, data.test_labels) for net in nets])
            for nets in (lagging, [run.network for run in runs])
        ]

    late, early, slow = accuracies(600, 0.1), accuracies(30, 0.1), accuracies(30, 0.01)
    assert abs(late[0] - late[1]) < 0.015
    assert min(late) > 0.96
    assert early[0] < early[1] - 0.02
    assert slow[0] < 0.4 < 0.88 < slow[1]


def test_batch_mates_decide_where_test_images_come_in_batches():
    data = digits.load()
    by_digit = np.argsort(data.test_labels, kind="stable")

    def right(net, m, order):
        batches = order[: len(order) // m * m].reshape(-1, m)
        logits, _ = network.forward(net, data.test_images[batches])
        return np.mean(logits.argmax(axis=-1) == data.test_labels[batches])

    for run in example.five_runs(600, 0.1):
        net = run.network
        assert right(net, 1, np.arange(360)) < 0.15
        assert 0.5 < right(net, 2, np.arange(360)) < 0.75 < right(net, 4, np.arange(360))
        assert right(net, 64, np.arange(360)) > 0.94
        assert right(net, 32, by_digit) < 0.45
        few = training.measure_statistics(net, data.images[data.labels < 2], 60)
        changed = net._replace(statistics=few)
        assert 0.88 < training.accuracy(changed, data.test_images, data.test_labels) < 0.96
