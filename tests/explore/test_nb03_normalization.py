"""The numbers behind `normalization`, and the picture that notebooks 03 and 04 share."""

import numpy as np
import pytest

from bnviz import digits, example, explore
from bnviz.explore.nb03_normalization import draw_batches
from bnviz.panels import NormalizedView


def dots(figure):
    """Where the dots of z and those of ẑ stand."""
    lines = [line for axes in figure.axes for line in axes.get_lines()]
    looks = [(line.get_marker(), line.get_linestyle()) for line in lines]
    return [line.get_xdata() for line, look in zip(lines, looks, strict=True)
            if look == ("o", "None")]  # fmt: skip


@pytest.mark.parametrize(("m", "expected"), [(1, [0.0]), (2, [-1.0, 1.0])])
def test_tiny_batches_forget_the_data(m, expected):
    demo = explore.normalization(np.random.default_rng(0).normal(3, 50, 100))
    demo.set(m=m)
    _, z_hat = dots(demo.figure)
    assert np.sort(z_hat) == pytest.approx(expected, abs=1e-6)


def test_the_caption_tells_what_epsilon_costs():
    demo = explore.normalization([-1.0, 1.0, -1.0, 1.0])  # variance 1
    demo.set(eps=1.0)
    assert "sd 0.707; ε = 1 costs 29\u00a0%" in demo.caption


def test_the_outline_is_what_no_epsilon_would_give():
    demo = explore.normalization(np.random.default_rng(0).normal(3, 50, 100))
    compared = demo._picture._compared.outline
    before = compared.get_data().values.copy()
    demo.set(scale=0.0001, eps=1.0)  # next to nothing is left of ẑ
    assert (compared.get_data().values == before).all()
    assert (before > 0).sum() > 10


def test_threads_join_an_example_with_itself():
    z = np.array([3.0, 1.0, 2.0])
    picture = NormalizedView()
    picture.update(z, -z)
    x, y = picture._threads.get_data()
    assert x.reshape(-1, 3)[:, :2].tolist() == [[1, -1], [2, -2], [3, -3]]
    assert y.reshape(-1, 3)[:, :2].tolist() == [[1, 0]] * 3


def test_a_small_batch_is_dots_and_a_large_one_has_bars():
    picture = NormalizedView()
    for m in (16, 17):
        picture.update(np.linspace(0, 1, m), np.linspace(-1, 1, m))
        for half in picture._halves:
            assert half._bars.outline.get_visible() == (m > 16)
        assert [len(line) for line in dots(picture.figure)] == [16, 16]


def test_what_lies_outside_has_no_dot_but_is_counted():
    picture = NormalizedView()
    picture.update([-9.0, 0.0, 1.0, 2.0], [0.0, 0.0, 0.0, 20.0])
    assert [len(line) for line in dots(picture.figure)] == [3, 3]
    net, normalized = picture._halves
    assert net._bars._outside[0].text == "◂ 25\u00a0%"
    assert normalized._bars._outside[1].text == "25\u00a0% ▸"


@pytest.fixture
def nets():
    """The net of the unit for every image, in their order, computed without the package."""
    return digits.load(float).images @ np.asarray(example.weights(), float)[:, 0]


@pytest.mark.parametrize("m", [2, 8, 60, 256])
def test_the_mates_are_where_their_own_images_put_them(nets, m):
    demo = explore.mates()
    demo.set(m=m, mates=40)
    z = nets[draw_batches()[:, :m]]  # (draws, m)
    z_hat = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + 1e-5)
    picture = demo._picture
    assert picture._nets._marks.get_xdata() == pytest.approx(z[-1], abs=1e-5)
    assert picture._nets._dot.get_xdata() == pytest.approx(nets[:1], abs=1e-5)
    assert picture._normalized._marks.get_xdata() == pytest.approx(z_hat[-1], abs=1e-3)
    assert picture._path._path.get_xdata() == pytest.approx(z_hat[:, 0], abs=1e-3)
    assert f"sd of {z_hat[:, 0].std():.2f}" in demo.caption


def test_all_batches_hold_the_image_once_and_no_other_twice():
    batches = draw_batches()
    assert (batches[:, 0] == 0).all()
    assert all(len(set(batch)) == 256 for batch in batches.tolist())
    assert len({tuple(batch) for batch in batches.tolist()}) == 40


def test_the_mates_run_on_the_readers_own_function():
    demo = explore.mates(lambda z, eps: z - z.mean(axis=0))
    demo.set(m=60)
    assert demo._picture._normalized._marks.get_xdata().std() == pytest.approx(1.1, abs=0.2)


def test_a_net_and_its_normalized_net_are_on_one_scale_that_holds_them_all():
    demo = explore.mates()
    above, below, past = demo.figure.axes
    assert above.get_xlim() == below.get_xlim() == past.get_xlim()
    for m in (2, 60, 256):
        demo.set(m=m, mates=40)
        for marks in (demo._picture._nets._marks, demo._picture._normalized._marks):
            low, high = above.get_xlim()
            assert low < marks.get_xdata().min() <= marks.get_xdata().max() < high
