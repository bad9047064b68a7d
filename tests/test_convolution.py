"""The convolutions: against loops over pixels, the layer of the package, and finite differences."""

import numpy as np
import pytest

from bnviz import batchnorm, convolution, digits, network

DATA = digits.load()
IMAGES, TEST_IMAGES = (x.reshape(-1, 8, 8, 1) for x in (DATA.images, DATA.test_images))


def over_examples(x):
    return x.mean(axis=(0, 1, 2), keepdims=True)


def over_channels(x):
    return x.mean(axis=-1, keepdims=True)


def over_an_image(x):
    return x.mean(axis=(1, 2, 3), keepdims=True)


def make(average, seed=0):
    """A float64 network whose parameters all differ from where `init` puts them."""
    net, rng = convolution.init(average, seed), np.random.default_rng(1)
    layers = network.map_parameters(lambda p: p + 0.2 * rng.normal(size=p.shape), net.layers)
    return net._replace(layers=layers)


def test_a_convolution_is_the_sum_over_each_window():
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(2, 4, 6, 3)), rng.normal(size=(3, 3, 3, 5))
    found = convolution.patches(x) @ weights.reshape(27, 5)
    assert found.shape == (2, 2, 3, 5)
    for row, column in np.ndindex(2, 3):
        expected = np.zeros((2, 5))
        for i, j in np.ndindex(3, 3):
            at = 2 * row + i - 1, 2 * column + j - 1  # -1 lies in the frame
            if min(at) >= 0 and at[0] < 4 and at[1] < 6:
                expected += x[:, at[0], at[1]] @ weights[i, j]
        np.testing.assert_allclose(found[:, row, column], expected)


def test_the_way_back_through_the_windows_is_their_transpose():
    rng = np.random.default_rng(0)
    x, d = rng.normal(size=(2, 4, 6, 3)), rng.normal(size=(2, 2, 3, 27))
    there, back = convolution.patches(x), convolution.patches_backward(d)
    assert (there * d).sum() == pytest.approx((x * back).sum())


def test_over_examples_the_norm_is_the_layer_of_the_package():
    rng = np.random.default_rng(0)
    z, dy = rng.normal(size=(2, 3, 4, 2, 5))
    y, cache = batchnorm.forward(z.reshape(-1, 5), np.ones(5), np.zeros(5), 1e-5)
    z_hat, _, std = convolution.normalize(z, over_examples, 1e-5)
    np.testing.assert_allclose(z_hat.reshape(-1, 5), y)
    dz = convolution.normalize_backward(dy, z_hat, std, over_examples)
    expected, _, _ = batchnorm.backward(dy.reshape(-1, 5), cache)
    np.testing.assert_allclose(dz.reshape(-1, 5), expected, atol=1e-12)


@pytest.mark.parametrize("average", [over_examples, over_channels, over_an_image, None])
def test_gradients_are_the_slopes(average):
    net, x, labels = make(average), IMAGES[:5].astype(float), DATA.labels[:5]

    def loss(layers):
        return network.cross_entropy(convolution.forward(net._replace(layers=layers), x)[0], labels)

    logits, passed = convolution.forward(net, x)
    gradients = convolution.backward(network.cross_entropy(logits, labels)[1], net, passed)
    rng, looked_at = np.random.default_rng(0), 0
    for index, layer in enumerate(net.layers):
        for name, parameter in layer._asdict().items():
            if parameter is None:
                assert getattr(gradients[index], name) is None
                continue
            way, sides = rng.normal(size=parameter.shape), []
            for nudge in (1e-6, -1e-6):
                layers = list(net.layers)
                layers[index] = layer._replace(**{name: parameter + nudge * way})
                sides.append(loss(tuple(layers))[0])
            slope = (getattr(gradients[index], name) * way).sum()
            assert slope == pytest.approx((sides[0] - sides[1]) / 2e-6, abs=1e-6), (index, name)
            looked_at += 1
    assert looked_at == (5 if average is None else 7)


def test_the_same_seed_draws_the_same_weights_for_every_average():
    for one, other in zip(
        convolution.init(None, 3).layers, convolution.init(over_channels, 3).layers, strict=True
    ):
        np.testing.assert_array_equal(one.weights, other.weights)


def test_only_batch_norm_asks_other_examples():
    assert convolution.asks_other_examples(over_examples)
    assert convolution.asks_other_examples(lambda x: x.mean(axis=(0, 1, 2)))  # (channels,)
    assert not convolution.asks_other_examples(over_channels)
    assert not convolution.asks_other_examples(over_an_image)


@pytest.mark.parametrize("average", [over_examples, over_channels])
def test_at_the_test_each_image_is_judged_for_itself(average):
    net = make(average)
    together = convolution.accuracy(net, IMAGES, TEST_IMAGES[:60], DATA.test_labels[:60])
    alone = [
        convolution.accuracy(net, IMAGES, TEST_IMAGES[i : i + 1], DATA.test_labels[i : i + 1])
        for i in range(60)
    ]
    assert together == pytest.approx(np.mean(alone))
    assert 0 < together < 1


@pytest.mark.parametrize(
    "average",
    [
        over_examples,
        lambda x: x.mean(axis=(0, 1, 2)),
        lambda x: np.broadcast_to(over_examples(x), x.shape),
    ],
)
def test_the_folded_start_computes_the_same_in_whatever_shape_the_average_comes(average):
    net = make(average)
    folded = convolution.fold(net, IMAGES)
    assert folded.average is None
    logits = [convolution.forward(one, IMAGES.astype(float))[0] for one in (net, folded)]
    np.testing.assert_allclose(*logits, atol=1e-9)


def test_training_learns_the_same_for_the_same_seed_and_leaves_the_network_as_it_was():
    net = convolution.init(over_examples, 0)
    before = [layer.weights.copy() for layer in net.layers]
    choices = {"test": (TEST_IMAGES, DATA.test_labels), "batch_size": 60, "learning_rate": 0.8}
    shares = convolution.train(net, IMAGES, DATA.labels, steps=30, every=10, **choices)
    again = convolution.train(net, IMAGES, DATA.labels, steps=30, **choices)
    assert shares.shape == (3,)
    assert shares[-1] == again[0] > 0.85
    for layer, weights in zip(net.layers, before, strict=True):
        np.testing.assert_array_equal(layer.weights, weights)
