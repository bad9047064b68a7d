"""The numbers behind `normalization`, and the picture that notebooks 03 and 04 share."""

import numpy as np
import pytest

from bnviz import explore
from bnviz.explore.nb03_normalization import BatchMates
from bnviz.panels import NormalizedView


def lines_with_dots(figure):
    lines = [line for axes in figure.axes for line in axes.get_lines()]
    return [line for line in lines if line.get_marker() == "o" and line.get_linestyle() == "None"]


def dots(figure):
    """Where the dots of z and those of ẑ stand."""
    return [line.get_xdata() for line in lines_with_dots(figure)]


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


def test_small_numbers_are_written_as_one_writes_them():
    assert "ε = 1e-5 costs" in explore.normalization().caption


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


def test_the_followed_example_is_said_in_every_batch():
    images = np.zeros((3, 64))
    batches = [(images, np.array([z, -1.0, 1.5])) for z in (0.25, -0.5)]
    for shown, expected in ((batches, {"0.25", "−0.50"}), (batches[:1], {"0.25"})):
        figure = BatchMates(shown).figure
        assert expected <= {text.get_text() for axes in figure.axes for text in axes.texts}
