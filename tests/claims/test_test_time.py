"""Which mean and variance at test time: claim 7, and the recorded experiments behind it."""

import numpy as np

from bnviz import experiments


def test_the_trained_network_is_what_training_gives():
    again, shipped = experiments.trained_network.run(), experiments.trained_network()
    assert again.keys() == shipped.keys()
    for number, layer in shipped.items():
        assert again[number].keys() == layer.keys()
        for name, value in layer.items():
            found = np.asarray(again[number][name], float)
            np.testing.assert_allclose(found, value, rtol=0.02, atol=0.02, err_msg=name)


def test_the_record_of_test_time_is_what_the_code_gives():
    again, shipped = experiments.test_time.run(), experiments.test_time()
    for name in ("sizes", "rates", "seen"):
        np.testing.assert_array_equal(again[name], shipped[name])
    np.testing.assert_allclose(again["unit"], shipped["unit"], atol=1e-4)
    np.testing.assert_allclose(again["truth"], shipped["truth"], atol=1e-4)
    assert np.abs(again["wrong"] - shipped["wrong"]).max() <= 3  # images at the border of a class
    assert abs(again["wrong_truth"] - shipped["wrong_truth"]) <= 1


def test_all_rules_recognize_the_digits_after_many_large_batches():
    record = experiments.test_time()
    assert record["wrong"][-1, 3, -1].max() < 18  # m = 128, rate 0.1, 200 batches: over 95 %


def test_a_running_average_that_remembers_its_start_does_not():
    record = experiments.test_time()
    seen = record["seen"].tolist().index(10)
    algorithm_2, _, running = record["wrong"][5, 0, seen]  # m = 60, rate 0.01
    assert algorithm_2 < 18 < 180 < running
