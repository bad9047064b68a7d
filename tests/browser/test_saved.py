"""What a reader has saved, after the page was loaded again and the kernel is gone."""

import pytest
from playwright.sync_api import expect

from tests.browser import lab

SAVE = "jupyterapp.shell.currentWidget.context.save()"
# In the page: how many pictures of the notebook stand beside a widget; the same, after each got one
COUNT = """() => {
  const cells = jupyterapp.shell.currentWidget.context.model.toJSON().cells;
  const shown = cells.flatMap(cell => cell.outputs ?? []).map(output => output.data ?? {});
  const view = 'application/vnd.jupyter.widget-view+json';
  return shown.filter(data => data['image/png'] && data[view]).length;
}"""
PLACE = """() => {
  const {context} = jupyterapp.shell.currentWidget, notebook = context.model.toJSON();
  const shown = notebook.cells.flatMap(cell => cell.outputs ?? []).map(output => output.data ?? {});
  for (const data of shown.filter(data => data['image/png']))
    data['application/vnd.jupyter.widget-view+json'] = {model_id: 'a', version_major: 2};
  context.model.fromJSON(notebook);
}"""


def expect_pictures(page):
    expect(page.locator(".jp-RenderedImage img").first).to_be_visible()
    for words in ("Loading widget", "Error displaying widget"):
        expect(page.locator(".jp-Notebook")).not_to_contain_text(words)


@pytest.mark.xdist_group("lab")
def test_jupyterlab_shows_the_picture_and_running_the_cell_brings_the_sliders(
    chromium, folder, address
):
    here = address("doc/tree/saved.ipynb")
    lab.write_notebook(folder / "saved.ipynb", ["from bnviz import explore\nexplore.bias()"])
    with lab.ran_notebook(chromium, here) as page:
        page.evaluate(SAVE)
        lab.end_kernel(page)
        lab.open_notebook(page, here)
        expect_pictures(page)
        saved = (folder / "saved.ipynb").read_text(encoding="utf-8")
        assert "run this cell (Shift + Enter)" in saved
        page.locator(".jp-CodeCell").first.click(position={"x": 5, "y": 5})
        page.keyboard.press("Shift+Enter")
        page.locator(".bnviz-live .noUi-handle").first.wait_for()


@pytest.mark.xdist_group("site")
def test_the_site_shows_the_picture(reading, site_address):
    here = site_address("04_bias_cancellation.ipynb")
    lab.show_notebook(reading, here)
    reading.evaluate(PLACE)  # as a run leaves it
    assert reading.evaluate(COUNT)
    reading.evaluate(SAVE)
    lab.show_notebook(reading, here)
    assert not reading.evaluate(COUNT)
    expect_pictures(reading)
