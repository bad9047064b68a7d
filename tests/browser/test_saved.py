"""What a reader has saved, after the page was loaded again and the kernel is gone."""

import pytest

from tests.browser import lab

SAVE = "jupyterapp.shell.currentWidget.context.save()"
DEAD = ("Loading widget", "Error displaying widget")
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


def assert_pictures_stand(page):
    page.locator(".jp-RenderedImage img").first.wait_for()
    text = page.locator(".jp-Notebook").inner_text()
    assert not [words for words in DEAD if words in text]


@pytest.mark.xdist_group("lab")
def test_jupyterlab_shows_the_picture_and_running_the_cell_brings_the_sliders(
    chromium, folder, address
):
    lab.write_notebook(folder / "saved.ipynb", ["from bnviz import explore\nexplore.bias()"])
    page = lab.open_page(chromium)
    lab.open_notebook(page, address("doc/tree/saved.ipynb"))
    lab.run_all(page)
    page.locator(".bnviz-live img.widget-image").wait_for()
    page.evaluate(SAVE)
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    lab.open_notebook(page, address("doc/tree/saved.ipynb"))
    assert_pictures_stand(page)
    assert "run this cell (Shift + Enter)" in (folder / "saved.ipynb").read_text(encoding="utf-8")
    page.locator(".jp-CodeCell").first.click(position={"x": 5, "y": 5})
    page.keyboard.press("Shift+Enter")
    page.locator(".bnviz-live .noUi-handle").first.wait_for()
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()


@pytest.mark.xdist_group("site")
def test_the_site_shows_the_picture(reading, site_address):
    lab.show_notebook(reading, site_address("04_bias_cancellation.ipynb"))
    reading.evaluate(PLACE)  # as a run leaves it
    assert reading.evaluate(COUNT)
    reading.evaluate(SAVE)
    lab.show_notebook(reading, site_address("04_bias_cancellation.ipynb"))
    assert not reading.evaluate(COUNT)
    assert_pictures_stand(reading)
