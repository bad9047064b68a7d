"""What mini-batches know and what normalizing leaves alone: claims of notebooks 02 and 03."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bnviz import batchnorm, example, network

SEEDS = range(5)


@pytest.fixture(scope="module")
def population():
    return example.sorted_batch()[:, 0]


@pytest.fixture(scope="module")
def nets():
    """The nets of all units of the first layer, (1437, 100)."""
    layer = network.init(example.SIZES, weights="sigmoid", seed=0).layers[0]
    return example.images().astype(float) @ layer.weights


def normalized(z):
    return batchnorm.normalize(z, *batchnorm.batch_statistics(z))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("m", [2, 4, 8, 32])
def test_means_are_right_on_average_and_variances_are_low(population, m, seed):
    batches = np.random.default_rng(seed).choice(population, (m, 20_000))
    spread = population.std() / np.sqrt(m)
    assert abs(batches.mean() - population.mean()) < 4 * spread / np.sqrt(20_000)
    assert batches.mean(axis=0).std() == pytest.approx(spread, rel=0.03)
    assert batches.var(axis=0).mean() / population.var() == pytest.approx((m - 1) / m, rel=0.03)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("m", [2, 4, 8])
def test_images_count_where_pixels_are_correlated(m, seed):
    rng, rho, pixels = np.random.default_rng(seed), 0.3, 64
    shared = np.sqrt(rho) * rng.normal(size=(5000, m, 1))
    z = shared + np.sqrt(1 - rho) * rng.normal(size=(5000, m, pixels))
    average = z.reshape(5000, -1).var(axis=1).mean()
    assert average == pytest.approx(1 - rho / m, abs=0.02)
    assert average * m * pixels / (m * pixels - 1) < 1 - rho / m / 2  # not repaired


@pytest.mark.parametrize("seed", SEEDS)
def test_every_batch_gets_one_mean_and_an_image_then_depends_on_it(nets, seed):
    rows = np.random.default_rng(seed).choice(len(nets), (200, 60))
    rows[:, 0] = 0
    z_hat = normalized(nets[rows])  # (batches, m, units)
    before = nets[rows].mean(axis=1).std(axis=0) / nets.std(axis=0)
    assert before.mean() == pytest.approx(1 / np.sqrt(60), rel=0.1)
    assert z_hat.mean(axis=1).std(axis=0).max() < 1e-14
    assert z_hat.std(axis=1) == pytest.approx(1, abs=1e-3)
    assert 0.12 < z_hat[:, 0].std(axis=0).mean() < 0.2


@pytest.mark.parametrize("m", [2, 8, 60, 256])
def test_the_jumps_that_notebook_03_shows_are_those_of_the_image(nets, m):
    """Recomputed from images @ weights with other seeds and without the package's layer."""
    z, rng = nets[:, example.UNIT], np.random.default_rng(7)
    rows = np.array(
        [[0, *rng.choice(np.arange(1, 1437), m - 1, replace=False)] for _ in range(4000)]
    )
    places = (z[0] - z[rows].mean(axis=1)) / np.sqrt(z[rows].var(axis=1) + 1e-5)
    mean, sd = shown_jumps()[m]
    assert mean == pytest.approx(places.mean(), abs=0.05)
    assert sd == pytest.approx(places.std(), rel=0.05, abs=0.006)


def shown_jumps():
    """What the cell `jumps` of notebook 03 has printed, {m: (mean, sd)}."""
    path = Path(__file__).parents[2] / "notebooks" / "03_normalization.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    (printed,) = [cell.outputs[0].text for cell in cells if cell.id == "jumps"]
    found = re.findall(r"m = +(\d+): (-?[\d.]+) ± ([\d.]+)", printed)
    return {int(m): (float(mean), float(sd)) for m, mean, sd in found}


def test_the_jump_of_an_image_shrinks_with_the_batch():
    sds = [sd for _, sd in shown_jumps().values()]
    assert sds[0] > 0.8
    assert sds[0] > 1.5 * sds[1] > 3 * sds[2] > 5 * sds[3]


def test_no_example_is_further_out_than_the_root_of_m_minus_1(nets):
    for m in (2, 10, 60):
        lonely = np.zeros((m, 1))
        lonely[0] = 5000
        assert normalized(lonely).max() == pytest.approx(np.sqrt(m - 1), rel=1e-6)
        rows = np.random.default_rng(m).choice(len(nets), (200, m))
        assert np.abs(normalized(nets[rows])).max() < np.sqrt(m - 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_stands_for_all_images_at_60_and_not_below(nets, seed):
    """The distances behind claim 3, here from other draws."""
    far = {}
    for m in (2, 8, 60):
        z = nets[np.random.default_rng(100 + seed).choice(len(nets), (200, m))]
        by_all = (z - nets.mean(axis=0)) / np.sqrt(nets.var(axis=0) + 1e-5)
        far[m] = np.sqrt(np.mean((normalized(z) - by_all) ** 2))
    assert far[60] < 0.19
    assert far[8] > 0.3
    assert far[2] > 0.6


def test_shape_and_correlations_pass_through(nets):
    z_hat = normalized(nets)
    ours = nets[:, example.UNIT]
    assert np.corrcoef(nets[:, example.UNIT], nets[:, 4])[0, 1] < -0.6
    np.testing.assert_allclose(np.corrcoef(z_hat.T), np.corrcoef(nets.T), atol=1e-10)
    cubes = (((ours - ours.mean()) / ours.std()) ** 3).mean()
    assert (z_hat[:, example.UNIT] ** 3).mean() == pytest.approx(cubes, abs=1e-3)
    assert abs(cubes) > 0.3  # lopsided, and so not Gaussian
