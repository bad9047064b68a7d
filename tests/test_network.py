"""The network: by hand, against finite differences, and one network against a stack of them."""

import numpy as np
import pytest

from bnviz import network

SIZES = (5, 4, 3, 2)


@pytest.fixture
def batch():
    rng = np.random.default_rng(7)
    return rng.normal(size=(6, 5)), rng.integers(0, 2, 6)  # images, labels


def make(**choices):
    """A small float64 network whose parameters all differ from where `init` puts them."""
    net = network.init(SIZES, weights=1.0, dtype=np.float64, **choices)
    rng = np.random.default_rng(1)
    return net._replace(
        layers=network.map_parameters(lambda p: p + 0.3 * rng.normal(size=p.shape), net.layers)
    )


def loss_of(net, images, labels):
    return network.cross_entropy(network.forward(net, images)[0], labels)[0]


def gradients_of(net, images, labels):
    logits, cache = network.forward(net, images)
    return network.backward(network.cross_entropy(logits, labels)[1], cache)


def test_forward_of_four_numbers_by_hand():
    # z = 1, 2, 3, 6: mean 3, variance (4 + 1 + 0 + 9)/4 = 3.5
    hidden = network.Layer(np.array([[1.0]]), None, np.array([2.0]), np.array([1.0]))
    last = network.Layer(np.array([[1.0, -3.0]]), np.array([0.0, 5.0]))
    net = network.Network((hidden, last), eps=0.0)
    logits, cache = network.forward(net, [[1], [2], [3], [6]])
    y = 2 * np.array([-2, -1, 0, 3]) / np.sqrt(3.5) + 1
    a = 1 / (1 + np.exp(-y))
    np.testing.assert_allclose(cache.z[0][:, 0], [1, 2, 3, 6])
    np.testing.assert_allclose(cache.inputs[1][:, 0], a)
    np.testing.assert_allclose(logits, np.stack([a, 5 - 3 * a], axis=1))


def test_cross_entropy_by_hand():
    logits = np.log([[1.0, 3.0], [4.0, 1.0]])  # p = (1/4, 3/4) and (4/5, 1/5)
    loss, dlogits = network.cross_entropy(logits, np.array([1, 0]))
    np.testing.assert_allclose(loss, -(np.log(3 / 4) + np.log(4 / 5)) / 2)
    np.testing.assert_allclose(dlogits, [[1 / 8, -1 / 8], [-1 / 10, 1 / 10]])


@pytest.mark.filterwarnings("error")
def test_cross_entropy_of_huge_logits_is_finite():
    loss, dlogits = network.cross_entropy(np.array([[1e4, 0.0]]), np.array([1]))
    assert loss == 1e4
    np.testing.assert_array_equal(dlogits, [[1, -1]])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_is_right_and_quiet_everywhere(dtype):
    y = np.array([-1e4, -100, 0, np.log(3), 100, 1e4], dtype)
    a = network.sigmoid(y)
    assert a.dtype == dtype
    np.testing.assert_allclose(a, [0, 0, 0.5, 0.75, 1, 1], atol=1e-7)


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize(("batch_norm", "bias"), [(True, False), (True, True), (False, True)])
def test_backward_agrees_with_finite_differences(batch, activation, batch_norm, bias):
    net = make(batch_norm=batch_norm, bias=bias, activation=activation)
    gradients = gradients_of(net, *batch)
    h, checked = 1e-6, 0
    for layer, gradient in zip(net.layers, gradients, strict=True):
        for value, slope in zip(layer, gradient, strict=True):
            assert (value is None) == (slope is None)
            for place in np.ndindex(value.shape if value is not None else 0):
                start = value[place]
                value[place] = start + h
                above = loss_of(net, *batch)
                value[place] = start - h
                below = loss_of(net, *batch)
                value[place] = start
                np.testing.assert_allclose(slope[place], (above - below) / (2 * h), atol=2e-9)
                checked += 1
    weights = 5 * 4 + 4 * 3 + 3 * 2
    assert checked == weights + 2 + 7 * bias + 14 * batch_norm


@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_stack_computes_what_its_networks_do_alone(batch, batch_norm):
    images, labels = batch
    nets = [make(batch_norm=batch_norm, seed=seed) for seed in range(3)]
    stacked = network.stack(nets)
    np.testing.assert_allclose(
        loss_of(stacked, images, labels), [loss_of(net, images, labels) for net in nets], rtol=1e-13
    )
    together = stacked._replace(layers=gradients_of(stacked, images, labels))
    for index, net in enumerate(nets):
        for ours, alone in zip(
            network.select(together, index).layers, gradients_of(net, images, labels), strict=True
        ):
            for value, expected in zip(ours, alone, strict=True):
                if expected is None:
                    assert value is None
                else:
                    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)


def test_select_takes_the_statistics_along(batch):
    stacked = network.stack([make(seed=0), make(seed=1)])
    norms = network.forward(stacked, batch[0])[1].norms
    stacked = stacked._replace(statistics=tuple((norm.mean, norm.var) for norm in norms))
    np.testing.assert_allclose(
        network.predict(network.select(stacked, 1), batch[0]), network.predict(stacked, batch[0])[1]
    )
    assert network.stack([network.select(stacked, 0)]).statistics is None


def test_side_by_side_is_a_row_of_all_parameters_for_each_network_of_a_stack():
    nets = [make(seed=0), make(seed=1)]
    rows = [network.side_by_side(net.layers) for net in nets]
    (weights, _, gamma, beta), *_, last = nets[0].layers
    assert rows[0][: 5 * 4 + 4 + 4].tolist() == [*weights.ravel(), *gamma, *beta]
    assert rows[0][-2:].tolist() == last.bias.tolist()
    np.testing.assert_array_equal(network.side_by_side(network.stack(nets).layers), rows)


def test_data_may_have_leading_axes(batch):
    net, groups = make(), np.stack([batch[0], -batch[0], batch[0] ** 2])
    logits, cache = network.forward(net, groups)
    alone, alone_cache = network.forward(net, groups[2])
    np.testing.assert_allclose(logits[2], alone, rtol=1e-12)
    net = net._replace(statistics=tuple((norm.mean, norm.var) for norm in alone_cache.norms))
    np.testing.assert_allclose(network.predict(net, groups)[2], alone, rtol=1e-12)
    for many, one in zip(
        network.backward(logits, cache), network.backward(alone, alone_cache), strict=True
    ):
        np.testing.assert_allclose(many.weights[2], one.weights, rtol=1e-9)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_predict_with_the_statistics_of_the_batch_is_forward(batch, batch_norm):
    net = make(batch_norm=batch_norm)._replace(eps=0.1)
    logits, cache = network.forward(net, batch[0])
    if batch_norm:
        net = net._replace(statistics=tuple((norm.mean, norm.var) for norm in cache.norms))
    np.testing.assert_allclose(network.predict(net, batch[0]), logits, rtol=1e-12)
    one_by_one = [network.predict(net, image[None])[0] for image in batch[0]]
    np.testing.assert_allclose(one_by_one, logits, rtol=1e-12)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_everything_is_computed_in_the_precision_of_the_weights(batch, batch_norm):
    images, labels = batch  # float64
    net = network.init(SIZES, batch_norm=batch_norm, dtype=np.float32)
    logits, cache = network.forward(net, images)
    loss, dlogits = network.cross_entropy(logits, labels)
    gradients = network.backward(dlogits.astype(float), cache)
    found = {value.dtype for layer in gradients for value in layer if value is not None}
    assert {logits.dtype, loss.dtype, *found} == {np.dtype(np.float32)}
    assert network.forward(make(), images.astype(np.float32))[0].dtype == np.float64


@pytest.mark.parametrize(
    ("choices", "std"),
    [
        ({}, 0.1),
        ({"weights": "xavier"}, np.sqrt(2 / 500)),
        ({"weights": "sigmoid"}, 4 * np.sqrt(2 / 500)),
    ],
)
def test_init_draws_weights_of_the_scale_asked_for(choices, std):
    net = network.init((200, 300, 200), **choices)
    for layer in net.layers:
        np.testing.assert_allclose(layer.weights.std(), std, rtol=0.02)
        np.testing.assert_allclose(layer.weights.mean(), 0, atol=0.02 * std)


def test_init_draws_the_same_weights_with_and_without_batch_norm():
    plain, normed, other = (
        network.init(SIZES, batch_norm=norm, seed=seed)
        for norm, seed in [(False, 0), (True, 0), (True, 1)]
    )
    for layer, same, different in zip(plain.layers, normed.layers, other.layers, strict=True):
        np.testing.assert_array_equal(layer.weights, same.weights)
        assert (layer.weights != different.weights).any()


def test_init_gives_each_layer_the_parameters_it_needs():
    normed, plain, both = (
        network.init(SIZES, batch_norm=norm, bias=bias)
        for norm, bias in [(True, None), (False, None), (True, True)]
    )
    assert normed.batch_norm
    assert not plain.batch_norm
    for net, bias, norm in [(normed, False, True), (plain, True, False), (both, True, True)]:
        for layer in net.layers[:-1]:
            assert [value is not None for value in layer] == [True, bias, norm, norm]
        assert [value is not None for value in net.layers[-1]] == [True, True, False, False]
    assert (both.layers[0].gamma == 1).all()
    assert not both.layers[0].beta.any()
    assert not both.layers[0].bias.any()
