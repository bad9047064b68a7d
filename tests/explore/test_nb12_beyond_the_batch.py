"""The numbers behind `norms`, `small_batches` and `residual`."""

import numpy as np
import pytest

from bnviz import explore, network, recordings
from bnviz.example import DATA, FOLDED
from bnviz.explore import nb12_beyond_the_batch as nb12
from bnviz.recordings import residual, small_batches

# who shares a mean with the number of example 1, position 2 (0 in a dense layer) and feature 3
WITHOUT_TOKENS = {
    "batch norm": np.s_[:, :, 3],
    "layer norm": np.s_[1],
    "RMS norm": np.s_[1],
    "group norm": np.s_[1, :, 2:4],
    "instance norm": np.s_[1, :, 3],
}
SHARED = {
    "dense layer": WITHOUT_TOKENS,
    "convolution": WITHOUT_TOKENS,
    "sentence": {
        "batch norm": np.s_[:, :, 3],
        "layer norm": np.s_[1, 2],
        "RMS norm": np.s_[1, 2],
        "group norm": np.s_[1, :, 2:4],
        "instance norm": np.s_[1, :, 3],
    },
}


@pytest.mark.parametrize("layout", nb12.SHAPES)
def test_who_shares_a_mean(layout):
    for norm in nb12.KINDS:
        cells = nb12.shares_a_mean(layout, norm, 1, 0 if layout == "dense layer" else 2, 3)
        expected = np.zeros_like(cells)
        expected[SHARED[layout][norm]] = True
        np.testing.assert_array_equal(cells, expected, err_msg=norm)


def test_norms_says_how_many_share():
    demo = explore.norms()
    demo.set(layout="sentence", norm="layer norm", example=2, feature=3)
    assert demo.caption == (
        "In layer norm, in a sentence, the black number, of example 2 and feature 3, shares one "
        "of 20 means with 5 others, and no other example has a say."
    )


def numeric_gradients(loss, parameters, name):
    """The slope of a loss along a few entries of a parameter, by nudging each of them."""
    rng = np.random.default_rng(0)
    for _ in range(3):
        place = tuple(rng.integers(size) for size in parameters[name].shape)
        sides = []
        for nudge in (1e-5, -1e-5):
            moved = {key: value.copy() for key, value in parameters.items()}
            moved[name][place] += nudge
            sides.append(loss(moved))
        yield place, (sides[0] - sides[1]) / 2e-5


@pytest.mark.parametrize("way", residual.RATES)
def test_gradients_of_a_residual_stack_are_the_slopes(way):
    stack = {name: p.astype(float) for name, p in residual.start(way, 3, 0, rates=1).items()}
    x, labels = DATA.images[:20].astype(float), DATA.labels[:20]

    kept = residual.constants(way, stack)

    def loss(stack):
        return network.cross_entropy(residual.forward(way, stack, x, kept)[2], labels)[0].sum()

    gradients = residual.find_gradients(way, stack, x, labels, kept)
    for name, gradient in gradients.items():
        for place, slope in numeric_gradients(loss, stack, name):
            assert gradient[place] == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("method", small_batches.METHODS.values(), ids=small_batches.METHODS)
def test_a_step_of_every_method_is_along_the_gradient(method):
    net = small_batches.start(method)
    net = net._replace(layers=network.map_parameters(lambda p: p.astype(float)[None], net.layers))
    x, labels = DATA.images[:6].astype(float), DATA.labels[:6]
    moved = small_batches.descend(method, net, x, labels, np.ones((1, 1, 1)))

    def loss(parameters):
        layers = [net.layers[0]._replace(**parameters), *net.layers[1:]]
        logits, _ = small_batches.forward(method, net._replace(layers=tuple(layers)), x)
        return network.cross_entropy(logits, labels)[0].sum()

    parameters = {key: p for key, p in net.layers[0]._asdict().items() if p is not None}
    for name, before in parameters.items():
        step = before - getattr(moved.layers[0], name)
        for place, slope in numeric_gradients(loss, parameters, name):
            assert step[place] == pytest.approx(slope, abs=1e-7)


def test_without_the_half_the_folded_start_computes_the_same():
    logits = []
    for name in (FOLDED, small_batches.HALF_FOLDED):
        method = small_batches.METHODS[name]
        net = small_batches.start(method, seed=1)
        logits.append(small_batches.forward(method, net, DATA.images)[0])
    np.testing.assert_allclose(*logits, atol=1e-4)


def test_recorded_errors_are_what_the_code_gives():
    shipped = recordings.read("small_batches")
    for name in ("batch norm", small_batches.HALF_FOLDED):
        again = small_batches.errors(small_batches.METHODS[name], 60, 0)[0, :, 2:8]
        np.testing.assert_allclose(again, shipped[name]["examples"][5, 0, :, 2:8], atol=0.03)


def test_the_rate_is_chosen_on_images_that_were_kept_back():
    seen, kept_back = small_batches.SEEN[0], small_batches.KEPT_BACK[0]
    assert len(seen) + len(kept_back) == len(DATA.images)
    shared = {image.tobytes() for image in seen} & {image.tobytes() for image in kept_back}
    assert len(shared) <= 1
    found = recordings.read("small_batches")["batch norm"]["steps"]
    errors = nb12.errors_at_best("batch norm", "steps")
    best = np.median(found[2, :, 0], axis=0).argmin()
    np.testing.assert_array_equal(errors[2], found[2, :, 1, best])


def test_large_numbers_are_said_in_powers_of_ten():
    assert nb12._large(13.71) == "13.7"
    assert nb12._large(6.1e5) == "6·10⁵"
    assert nb12._large(1.2e11) == "1·10¹¹"


def test_a_folded_stack_computes_what_batch_norm_does():
    stack = residual.start("folded start", 20, 0, rates=1)
    x = residual.SEEN[0]
    kept = residual.constants("folded start", stack)
    logits = residual.forward("folded start", stack, x, kept)[2]
    np.testing.assert_allclose(logits, residual.forward("batch norm", stack, x)[2], atol=1e-3)
    few = residual.forward("folded start", stack, x[:5], kept)[2]  # the others have no say in it
    np.testing.assert_allclose(few, logits[:, :5], atol=1e-3)
