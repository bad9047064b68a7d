"""A saved notebook read where no kernel runs: every slider picture is there as a picture."""

import json
import subprocess
import sys

import pytest

from tests.browser import lab

pytestmark = pytest.mark.xdist_group("lab")  # one worker has the JupyterLab

NOTEBOOKS = sorted((lab.ROOT / "notebooks").glob("*.ipynb"))
DRAWN = "all => all.filter(one => one.complete && one.naturalWidth > 0).length"


def outputs(path):
    """Return (cell, data) of every output that holds data in a saved notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (number, output["data"])
        for number, cell in enumerate(cells)
        for output in cell.get("outputs", [])
        if "data" in output
    ]


def picture_cells(path):
    return sorted({number for number, data in outputs(path) if "image/png" in data})


@pytest.fixture(scope="module")
def page(chromium, address):
    page = lab.open_page(chromium)
    page.goto(address("lab"))
    page.wait_for_function("window.jupyterapp")
    page.evaluate("jupyterapp.restored")
    yield page
    page.close()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_explorable_was_saved_with_its_picture(path):
    saved = [data for _, data in outputs(path) if lab.A_DEMO in "".join(data.get("text/plain", ""))]
    assert saved
    assert all("image/png" in data for data in saved)


@pytest.mark.parametrize("trusted", [False, True], ids=["strange", "trusted"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_pictures_stand_in_jupyterlab_without_a_kernel(page, folder, path, trusted):
    copy = folder / ("trusted" if trusted else "strange") / path.name
    page.evaluate(
        """async path => {
          const kernelPreference = {shouldStart: false, canStart: false, autoStartDefault: false};
          window.seen = await jupyterapp.commands.execute(
            'docmanager:open', {path, factory: 'Notebook', kernelPreference});
          await seen.context.ready;
          await seen.revealed;
        }""",
        str(copy.relative_to(folder)),
    )
    trust = page.evaluate(
        "[...seen.model.cells].filter(cell => cell.type === 'code').map(cell => cell.trusted)"
    )
    assert trust
    assert set(trust) == {trusted}
    assert page.evaluate("seen.sessionContext.session") is None
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    for number in picture_cells(copy):
        pictures = notebook.locator(".jp-Cell").nth(number).locator(".jp-OutputArea img")
        pictures.first.evaluate("one => one.decode()")
        assert pictures.evaluate_all(DRAWN) >= 1, f"no picture in cell {number}"
    assert "Error displaying widget" not in notebook.inner_text()
    page.evaluate("seen.close()")


@pytest.fixture(scope="module")
def exported(folder):
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to=html", f"--output-dir={folder}/html",
         *map(str, sorted((folder / "strange").glob("*.ipynb")))],
        env=lab.environment(folder), check=True, capture_output=True,
    )  # fmt: skip
    return folder / "html"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_pictures_stand_in_exported_html_without_a_network(chromium, folder, exported, path):
    page = lab.open_page(chromium, offline=True)
    page.goto((exported / f"{path.stem}.html").as_uri(), wait_until="domcontentloaded")
    for number in picture_cells(folder / "strange" / path.name):
        pictures = page.locator(".jp-Cell").nth(number).locator(".jp-OutputArea img")
        assert pictures.count() >= 1
        pictures.first.evaluate("one => one.decode()")
        assert pictures.evaluate_all(DRAWN) >= 1, f"no picture in cell {number}"
    assert "Error displaying widget" not in page.locator("body").inner_text()
    page.close()
