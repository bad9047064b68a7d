"""A saved notebook read where no kernel runs: every slider picture is there as a picture."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser import lab
from tests.browser.conftest import ONE

NOTEBOOKS = sorted((lab.ROOT / "notebooks").glob("*.ipynb"))
assert NOTEBOOKS


def outputs(path):
    """Return (cell, data) of every output that holds data in a saved notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (number, output["data"])
        for number, cell in enumerate(cells)
        for output in cell.get("outputs", [])
        if "data" in output
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_demo_was_saved_with_its_picture_and_without_its_widget(path):
    saved = [data for _, data in outputs(path) if lab.A_DEMO in "".join(data.get("text/plain", ""))]
    assert saved
    assert all(set(data) == {"text/plain", "image/png"} for data in saved)


@pytest.mark.xdist_group("lab")
@pytest.mark.parametrize("copy", ["strange", "trusted"])
def test_pictures_stand_in_jupyterlab_without_a_kernel(chromium, address, copy):
    page = lab.open_page(chromium)
    page.goto(address("lab"))
    page.wait_for_function("window.jupyterapp")
    trust = page.evaluate(
        """async path => {
          await jupyterapp.restored;
          const kernelPreference = {shouldStart: false, canStart: false, autoStartDefault: false};
          const seen = await jupyterapp.commands.execute(
            'docmanager:open', {path, factory: 'Notebook', kernelPreference});
          await seen.context.ready;
          await seen.revealed;
          if (seen.sessionContext.session) throw new Error('a kernel runs');
          return [...seen.model.cells].filter(cell => cell.type === 'code').map(one => one.trusted);
        }""",
        f"{copy}.ipynb",
    )
    assert set(trust) == {copy == "trusted"}
    shown = [
        number for number, data in outputs(lab.ROOT / "notebooks" / ONE) if "image/png" in data
    ]
    assert shown
    for number in shown:
        picture = page.locator(".jp-Cell").nth(number).locator(".jp-OutputArea img").first
        assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    expect(page.locator(".jp-Notebook")).not_to_contain_text("Error displaying widget")
    page.close()
