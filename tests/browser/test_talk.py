"""A notebook as a talk in JupyterLab, on a projector: everything is on some slide, and fits."""

import pytest

from tests.browser import lab

pytestmark = pytest.mark.xdist_group("lab")  # one worker has the JupyterLab

PROJECTOR = {"width": 1280, "height": 800}
SMALLEST = 16  # CSS pixels
DECKS = "jupyterlab-slideshow:plugin"
NOTEBOOK = "jupyterapp.shell.currentWidget.content"
# In the page: whether a slide other than that of a cell stands there, as wide as it gets and drawn
STANDS = """async former => {
  const {content} = jupyterapp.shell.currentWidget;
  const {left, right} = content.node.getBoundingClientRect();
  const seen = content.widgets.filter(one => one.hasClass('jp-deck-mod-visible'));
  const moved = content.activeCellIndex !== former && seen.includes(content.activeCell);
  if (!moved || left + right !== innerWidth) return false;  // a side bar is still there
  const images = seen.flatMap(one => [...one.node.querySelectorAll('img')]);
  await Promise.all(images.filter(one => one.checkVisibility()).map(one => one.decode()));
  const editors = seen.map(one => one.editor?.editor).filter(Boolean);
  await Promise.all(editors.map(one => new Promise(read => one.requestMeasure({read}))));
  return true;
}"""
# In the page: the ids of the cells that are seen, how much does not fit, and type that is too small
SLIDE = """smallest => {
  const {content} = jupyterapp.shell.currentWidget;
  const seen = content.widgets.filter(one => one.hasClass('jp-deck-mod-visible'));
  const panes = [content.node, ...content.node.querySelectorAll('.jp-WindowedPanel-outer')];
  const small = {};
  for (const {node} of seen) {
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode, parent = text.parentElement;
      const formula = parent.closest('mjx-container, sub, sup, style, script');
      const size = parseFloat(getComputedStyle(parent).fontSize);
      if (text.data.trim() && parent.checkVisibility() && !formula && size < smallest)
        small[text.data.trim().slice(0, 30)] = size;
    }
  }
  return {
    cells: seen.map(one => one.model.id),
    over: Math.max(...panes.map(one => one.scrollHeight - one.clientHeight)),
    wide: Math.max(...panes.map(one => one.scrollWidth - one.clientWidth)),
    small,
  };
}"""


@pytest.fixture(scope="module")
def talk(chromium, address):
    """The slides of a notebook, as Space shows them one after the other, and its cells."""
    with lab.ran_notebook(chromium, address("lab/tree/strange.ipynb"), viewport=PROJECTOR) as page:
        last = max(number for number, cell in enumerate(page.cells) if is_shown(cell))
        page.evaluate(f"{NOTEBOOK}.activeCellIndex = 0")
        page.evaluate("jupyterapp.commands.execute('deck:start')")
        slides, now = [], None
        while now != last:
            page.wait_for_function(STANDS, arg=now)
            slides.append(page.evaluate(SLIDE, SMALLEST))
            now = page.evaluate(f"{NOTEBOOK}.activeCellIndex")
            page.keyboard.press("Space")
        yield slides, page.cells


def is_shown(cell):
    """Whether a cell is to be on a slide."""
    return cell["metadata"].get("slideshow", {}).get("slide_type") not in ("skip", "notes")


def test_every_cell_is_on_a_slide_but_for_those_that_are_skipped(talk):
    slides, cells = talk
    seen = {cell for slide in slides for cell in slide["cells"]}
    assert seen == {cell["id"] for cell in cells if is_shown(cell)}
    demos = {cell["id"] for cell in cells if "explore." in cell["source"].splitlines()[-1:][0]}
    verdicts = {cell["id"] for cell in cells if "verdict" in cell["metadata"].get("tags", [])}
    assert demos
    assert verdicts
    assert demos | verdicts <= seen


def test_every_slide_fits(talk):
    slides, _ = talk
    over = {str(slide["cells"]): (slide["over"], slide["wide"]) for slide in slides}
    assert not {cells: sizes for cells, sizes in over.items() if max(sizes) > 0}


def test_type_can_be_read_from_the_last_row(talk):
    slides, _ = talk
    assert not [slide["small"] for slide in slides if slide["small"]]


def test_a_deck_that_was_left_open_does_not_come_back(chromium, folder, address):
    lab.write_notebook(folder / "left.ipynb", ["1"])
    page = lab.open_page(chromium)
    lab.open_notebook(page, address("lab/tree/left.ipynb"))
    with page.expect_response(lambda one: one.request.method == "PUT" and DECKS in one.url):
        page.evaluate("jupyterapp.commands.execute('deck:start')")
    lab.end_kernel(page)
    page.goto(address("lab"))
    page.wait_for_function("window.jupyterapp")
    kept = page.evaluate("decks => jupyterapp.serviceManager.settings.fetch(decks)", DECKS)
    assert '"active": false' in kept["raw"]
    page.close()
