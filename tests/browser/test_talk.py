"""A notebook as a talk in JupyterLab, on a projector: everything is on some slide, and fits."""

import os

import pytest

from tests.browser import lab

pytestmark = pytest.mark.xdist_group("lab")  # one worker has the JupyterLab

# BNVIZ_TALKS=08_training walks through another, one at a time
TALKS = os.environ.get("BNVIZ_TALKS", "03_normalization").split()
PROJECTOR = {"width": 1280, "height": 800}
SMALLEST = 16  # CSS pixels
ACTIVE = "jupyterapp.shell.currentWidget.content.activeCellIndex"
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


@pytest.fixture(scope="module", params=TALKS)
def talk(request, chromium, folder, address):
    """The slides of a notebook, as Space shows them one after the other, and its cells."""
    page = lab.open_page(chromium)
    page.set_viewport_size(PROJECTOR)
    lab.open_notebook(page, address(f"lab/tree/strange/{request.param}.ipynb"))
    cells = lab.run_all(page)
    picture = page.locator(".bnviz-live").last.locator("img.widget-image")
    picture.wait_for(state="attached", timeout=lab.A_MINUTE)
    page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    page.evaluate("jupyterapp.commands.execute('deck:start')")
    page.locator(".jp-Deck .jp-deck-mod-visible").first.wait_for()
    page.wait_for_timeout(1500)  # the side bars go
    last = max(number for number, cell in enumerate(cells) if is_shown(cell))
    slides = []
    while True:
        slides.append(page.evaluate(SLIDE, SMALLEST))
        photograph(page, request.param, slides)
        now = page.evaluate(ACTIVE)
        if now == last:
            break
        page.keyboard.press("Space")
        page.wait_for_function(f"now => {ACTIVE} !== now", arg=now)
        page.wait_for_timeout(200)  # it fades in
    page.evaluate("jupyterapp.commands.execute('deck:stop')")  # or it opens the next one, too
    page.locator(".jp-Deck").wait_for(state="detached")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()
    return slides, cells


def is_shown(cell):
    """Whether a cell is to be on a slide."""
    return cell["metadata"].get("slideshow", {}).get("slide_type") not in ("skip", "notes")


def photograph(page, name, slides):
    path = lab.SCREENSHOTS / "talk" / f"{name}_{len(slides):02}.png"
    path.parent.mkdir(exist_ok=True, parents=True)
    page.screenshot(path=path)


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
