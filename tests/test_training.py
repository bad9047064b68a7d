"""Training: single steps by hand, the record, statistics for test time, and what is learned."""

import dataclasses
import os
import subprocess
import sys
import threading
from functools import partial
from itertools import count, islice

import numpy as np
import pytest
import tqdm.std

from bnviz import digits, network, training

SIZES = (64, 20, 20, 10)
DATA = digits.load()
TEST = (DATA.test_images, DATA.test_labels)


def train(net, steps=20, **choices):
    return training.train(net, DATA.images, DATA.labels, steps=steps, **choices)


def arrays_of(run):
    """What was computed while training, as a list of arrays."""
    record = [run.loss, run.z, run.gamma, run.beta]
    parameters = [value for layer in run.network.layers for value in layer if value is not None]
    statistics = [value for pair in run.network.statistics + run.running for value in pair]
    return record + parameters + statistics


# Mini-batches


@pytest.mark.parametrize("n", [9, 10, 11])
def test_every_epoch_is_shuffled_anew_and_drops_what_is_left(n):
    batches = list(islice(training.minibatches(n, 3), 6))
    assert {len(batch) for batch in batches} == {3}
    epochs = np.concatenate(batches[:3]), np.concatenate(batches[3:])
    for epoch in epochs:
        assert len(set(epoch)) == 9
        assert set(epoch) <= set(range(n))
    assert (epochs[0] != epochs[1]).any()


# Steps


@pytest.mark.parametrize("batch_norm", [True, False])
def test_one_step_goes_down_the_gradient(batch_norm):
    net = network.init(SIZES, batch_norm=batch_norm, dtype=np.float64)
    batch = next(training.minibatches(len(DATA.images), 60, seed=5))
    logits, cache = network.forward(net, DATA.images[batch])
    loss, dlogits = network.cross_entropy(logits, DATA.labels[batch])
    run = train(net, steps=1, learning_rate=0.7, seed=5)
    assert run.loss[1] == loss
    for before, after, slopes in zip(
        net.layers, run.network.layers, network.backward(dlogits, cache), strict=True
    ):
        for old, new, slope in zip(before, after, slopes, strict=True):
            if old is not None:
                np.testing.assert_allclose(new, old - 0.7 * slope, rtol=1e-14)


def test_same_seed_same_run_bit_for_bit():
    net = network.init(SIZES)
    first, again, other = (train(net, running_rate=0.1, seed=seed) for seed in (3, 3, 4))
    for array, same in zip(arrays_of(first), arrays_of(again), strict=True):
        np.testing.assert_array_equal(array, same)
    assert (first.loss[1:] != other.loss[1:]).all()  # other mini-batches
    assert (first.z[0] != other.z[0]).any()  # other examples


ONE_THREAD = """
import numpy as np
from threadpoolctl import threadpool_info

def threads():
    blas = [part for part in threadpool_info() if part["user_api"] == "blas"]
    return [part["num_threads"] for part in blas if "numpy" in part["filepath"]]

before = threads()
from bnviz import training
print(*before, *threads(), end=" ")
training.threads.restore_original_limits()
print(*threads())
"""


def test_importing_training_takes_one_thread_of_numpy_and_can_give_the_others_back():
    two = os.environ | {"OPENBLAS_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}
    command = [sys.executable, "-c", ONE_THREAD]
    said = subprocess.run(command, env=two, capture_output=True, text=True, check=True).stdout
    if not said.strip():
        pytest.skip("this numpy does not say how many threads it takes")
    before, within, after = said.split()
    assert within == "1"
    assert after == before


def test_progress_bars_start_no_thread():
    with training.progress_bar(total=2) as bar:
        bar.update(1)
        assert not any("TMonitor" in type(thread).__name__ for thread in threading.enumerate())


@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_stack_learns_what_its_networks_learn_alone(batch_norm):
    starts = [(0, 0.1, 0.3), (1, 1.0, 0.03), (2, "xavier", 3.0)]  # seed, weights, learning rate
    nets = [
        network.init(SIZES, batch_norm, weights, seed=seed, dtype=np.float64)
        for seed, weights, _ in starts
    ]
    rates = [learning_rate for *_, learning_rate in starts]
    choices = {"steps": 40, "snapshots": 8, "test": TEST, "running_rate": 0.1}
    together = train(network.stack(nets), learning_rate=rates, **choices)
    for index, (net, rate) in enumerate(zip(nets, rates, strict=True)):
        alone = train(net, learning_rate=rate, **choices)
        np.testing.assert_allclose(together.loss[:, index], alone.loss, rtol=1e-9)
        np.testing.assert_allclose(together.accuracy[:, index], alone.accuracy)
        np.testing.assert_allclose(together.z[:, :, index], alone.z, rtol=1e-8, atol=1e-9)
        trained = network.select(together.network, index)
        assert training.accuracy(trained, *TEST) == training.accuracy(alone.network, *TEST)
        if batch_norm:
            np.testing.assert_allclose(together.gamma[:, :, index], alone.gamma, rtol=1e-9)
            for ours, expected in zip(together.running, alone.running, strict=True):
                np.testing.assert_allclose(ours[0][index], expected[0], rtol=1e-9, atol=1e-9)
                np.testing.assert_allclose(ours[1][index], expected[1], rtol=1e-9)


@pytest.mark.parametrize("frozen", [("gamma", "beta"), ("weights",)])
def test_frozen_parameters_stay_and_the_others_move(frozen):
    net = network.init(SIZES)
    after = train(net, frozen=frozen).network.layers[0]
    for name in ("weights", "gamma", "beta"):
        moved = (getattr(after, name) != getattr(net.layers[0], name)).any()
        assert moved == (name not in frozen)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_run_keeps_the_precision_of_its_network(dtype):
    net = network.init(SIZES, dtype=dtype)
    choices = {"steps": 3, "learning_rate": np.float64(1), "running_rate": 0.1}
    run = training.train(net, DATA.images.astype(float), DATA.labels, **choices)
    assert {array.dtype for array in arrays_of(run)} == {np.dtype(dtype)}


# The record


def test_snapshots_are_dense_at_the_start_and_never_at_one_step_twice():
    dense = training.snapshot_steps(600, 13)
    np.testing.assert_array_equal(dense, [round(600 * (k / 12) ** 2) for k in range(13)])
    np.testing.assert_array_equal(training.snapshot_steps(5, 120), range(6))


def test_the_record_shows_the_run():
    net, everything = network.init(SIZES), (DATA.images, DATA.labels)
    run = train(net, steps=9, snapshots=4, unit=7, examples=10**9, test=everything)
    np.testing.assert_array_equal(run.steps, [0, 1, 4, 9])
    for row, shown in [(0, net), (-1, run.network)]:
        nets = network.forward(shown, DATA.images)[1].z
        for layer, z in enumerate(nets):
            np.testing.assert_allclose(np.sort(run.z[row, layer]), np.sort(z[:, 7]), atol=1e-4)
            np.testing.assert_array_equal(run.gamma[row, layer], shown.layers[layer].gamma)
            np.testing.assert_array_equal(run.beta[row, layer], shown.layers[layer].beta)
        exact = training.measure_statistics(shown, DATA.images, len(DATA.images))
        shown = shown._replace(statistics=exact)
        assert run.accuracy[row] == training.accuracy(shown, *everything)


def test_the_recorded_loss_is_the_mean_since_the_snapshot_before():
    net = network.init(SIZES)
    every, few = (train(net, steps=9, snapshots=snapshots) for snapshots in (10**4, 3))
    np.testing.assert_array_equal(every.steps, range(10))
    np.testing.assert_array_equal(few.steps, [0, 2, 9])
    np.testing.assert_allclose(few.loss[1:], [every.loss[1:3].mean(), every.loss[3:].mean()])
    logits, _ = network.forward(net, DATA.images)
    at_start = train(net, steps=1, examples=10**9).loss[0]
    np.testing.assert_allclose(at_start, network.cross_entropy(logits, DATA.labels)[0], rtol=1e-5)


def test_a_look_at_more_data_than_it_takes_is_a_fair_sample_and_always_the_same():
    images = np.random.default_rng(0).normal(size=(3000, 4))
    labels = np.repeat([0, 1], 1500)
    net = network.init((4, 3, 2), weights=0)
    net.layers[-1].bias[:] = 1, 0  # it says 0 to everything, which is right half of the time
    choices = {"steps": 5, "frozen": network.Layer._fields, "test": (images, labels)}
    first, other = (training.train(net, images, labels, seed=seed, **choices) for seed in (0, 1))
    assert len(set(first.accuracy)) == 1
    assert first.accuracy[0] != other.accuracy[0]
    assert first.accuracy == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("convert", [np.asarray, np.ndarray.tolist])
def test_images_and_labels_may_come_as_bytes_and_as_lists(convert):
    images, labels = np.round(DATA.images[:70] * 16).astype(np.uint8), DATA.labels[:70]
    given, floats = (convert(images), convert(labels.astype(np.uint8))), (images * 1.0, labels)
    net = network.init(SIZES, dtype=np.float64)
    run, expected = (
        training.train(net, *data, steps=3, batch_size=10, test=data) for data in (given, floats)
    )
    np.testing.assert_array_equal(run.loss, expected.loss)
    np.testing.assert_array_equal(run.accuracy, expected.accuracy)
    assert training.accuracy(run.network, *given) == training.accuracy(run.network, *floats)


def test_hidden_layers_may_differ_in_width():
    net = network.stack([network.init((64, 5, 8, 10), seed=seed) for seed in range(2)])
    run = train(net, unit=4)
    assert run.gamma.shape == (len(run.steps), 2, 2, 8)
    assert np.isnan(run.gamma[:, 0, :, 5:]).all()
    assert np.isfinite(run.gamma[:, 0, :, :5]).all()
    assert np.isfinite(run.gamma[:, 1]).all()
    assert run.z.shape == (len(run.steps), 2, 2, 512)


def test_without_batch_norm_and_test_images_there_is_nothing_of_them():
    run = train(network.init(SIZES, batch_norm=False), running_rate=0.1)
    assert (run.accuracy, run.gamma, run.beta) == (None, None, None)
    assert (run.running, run.network.statistics) == (None, None)


@pytest.mark.filterwarnings("error")
def test_a_divergent_network_says_so_and_disturbs_no_other():
    nets = [network.init(SIZES, False, 1.0, "relu", seed=seed) for seed in range(3)]
    run = train(network.stack(nets), learning_rate=[0.001, 1e20, 0.01], test=TEST)
    accuracy = training.accuracy(run.network, *TEST)
    np.testing.assert_array_equal(run.diverged, [False, True, False])
    for index, rate in [(0, 0.001), (2, 0.01)]:
        alone = train(nets[index], learning_rate=rate, test=TEST)
        assert not alone.diverged
        np.testing.assert_allclose(run.loss[:, index], alone.loss, rtol=1e-4)
        assert accuracy[index] == run.accuracy[-1, index]
    assert not np.isfinite(run.loss[-1, 1])
    assert accuracy[1] == np.mean(DATA.test_labels == 0)


def test_parameters_that_overflow_in_the_last_step_have_diverged_though_no_loss_says_so():
    net = network.init(SIZES, batch_norm=False, weights=1.0, activation="relu")
    run = training.train(net, DATA.images * 1e4, DATA.labels, steps=1, learning_rate=3e38)
    assert np.isfinite(run.loss).all()
    assert run.diverged


@pytest.mark.filterwarnings("error")
def test_a_network_that_overflows_is_judged_without_a_warning():
    net = network.init(SIZES, activation="relu")
    net = net._replace(layers=network.map_parameters(lambda p: p * np.float32(1e30), net.layers))
    statistics = training.measure_statistics(net, DATA.images, 60)
    assert 0 <= training.accuracy(net._replace(statistics=statistics), *TEST) <= 1
    assert np.isinf(statistics[0][1]).any()


def test_steps_to_is_the_first_snapshot_that_got_there():
    run = train(network.init(SIZES), steps=9, snapshots=4)  # 0, 1, 4, 9
    run = dataclasses.replace(run, accuracy=np.array([[0.1, 0.1], [0.9, 0.2], [0.5, 0.3], [1, 0]]))
    np.testing.assert_array_equal(training.steps_to(run, 0.9), [1, np.inf])
    np.testing.assert_array_equal(training.steps_to(run, 0.3), [1, 4])


@pytest.fixture
def clock(monkeypatch):
    """Let bars be shown, as run.py's test command does not, and a clock go on at each reading."""

    def go(seconds):
        monkeypatch.setattr(tqdm.std, "time", partial(next, count(step=seconds)))

    monkeypatch.setattr(training, "tqdm", partial(training.tqdm, disable=False))
    return go


def test_a_short_run_prints_nothing(capfd, clock):
    clock(seconds=0)
    train(network.init(SIZES))
    assert capfd.readouterr() == ("", "")


def test_a_long_run_shows_progress_and_wipes_it_away(capsys, clock):
    clock(seconds=1)
    train(network.init(SIZES, batch_norm=False), steps=4, snapshots=5)
    out, err = capsys.readouterr()
    assert "training: 100%" in out
    assert out.endswith("\r")
    assert not out.split("\r")[-2].strip()
    assert err == ""


# Statistics for test time


def test_accuracy_takes_images_with_leading_axes():
    net, images = network.init((64, 5, 10), batch_norm=False), DATA.test_images
    both = training.accuracy(net, np.stack([images, images[::-1]]), DATA.test_labels)
    assert both[0] == training.accuracy(net, *TEST)
    assert both[1] == training.accuracy(net, images[::-1], DATA.test_labels)


def test_accuracy_is_the_share_of_right_answers():
    net = network.init(SIZES, batch_norm=False, weights=0)
    for digit in (0, 7):
        net.layers[-1].bias[:] = np.eye(10)[digit]
        assert training.accuracy(net, *TEST) == np.mean(DATA.test_labels == digit)


def test_algorithm_2_is_unbiased_in_the_first_layer():
    net = network.init((64, 100, 100, 10), weights=0.3, dtype=np.float64)
    images = DATA.images[:1432]  # a whole number of mini-batches
    (mean, var), _ = training.measure_statistics(net, images, batch_size=2)
    z = images @ net.layers[0].weights
    np.testing.assert_allclose(mean, z.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose((var / z.var(axis=0)).mean(), 1, rtol=0.03)


def test_all_images_as_one_batch_give_the_statistics_of_the_population():
    net, n = network.init(SIZES, dtype=np.float64), len(DATA.images)
    statistics = training.measure_statistics(net, DATA.images, n)
    for (mean, var), z in zip(statistics, network.forward(net, DATA.images)[1].z, strict=True):
        np.testing.assert_allclose(mean, z.mean(axis=0), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(var, z.var(axis=0, ddof=1), rtol=1e-9)


def test_a_trained_network_carries_algorithm_2_of_its_own_batch_size():
    run = train(network.init(SIZES), batch_size=30)
    again = training.measure_statistics(run.network, DATA.images, 30)
    for pair, expected in zip(run.network.statistics, again, strict=True):
        np.testing.assert_array_equal(pair, expected)


def test_running_averages_weigh_the_new_batch_and_start_at_0_and_1():
    net = network.init(SIZES, dtype=np.float64)
    for layer in net.layers[:-1]:
        layer.gamma[:], layer.beta[:] = 2, 3
    frozen = network.Layer._fields  # the network stands still, so its statistics can be retraced
    batches = list(islice(training.minibatches(len(DATA.images), 5), 3))
    layers = training.layer_statistics(net, DATA.images, batches)
    for rate in (1, 0.1):
        run = train(net, steps=3, batch_size=5, frozen=frozen, running_rate=rate)
        old = np.array([(1 - rate) ** 3 * start for start in (0, 1)])
        weights = [(1 - rate) ** age * rate for age in (2, 1, 0)]
        for (mean, var), (means, variances) in zip(run.running, layers, strict=True):
            np.testing.assert_allclose(mean, old[0] + weights @ means, rtol=1e-12)
            np.testing.assert_allclose(var, old[1] + weights @ (variances * 5 / 4), rtol=1e-12)


# Sweeps


def test_a_sweep_trains_every_network_at_every_learning_rate_and_shows_one_bar(capsys, clock):
    clock(seconds=1)
    networks, rates = [network.init(SIZES, batch_norm) for batch_norm in (False, True)], (0.1, 3.0)
    runs = training.train_at_rates(networks, DATA.images, DATA.labels, rates, steps=20)
    out = capsys.readouterr().out
    for net, run in zip(networks, runs, strict=True):
        alone = [train(net, learning_rate=rate, progress=False).loss for rate in rates]
        np.testing.assert_allclose(run.loss, np.transpose(alone), rtol=1e-4)
    assert "sweep: 100%" in out
    assert "training" not in out
