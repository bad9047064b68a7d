"""What a reader waits for: from the key press to the changed picture, in a real browser.

`python tests/benchmarks/browser.py` opens one notebook in JupyterLab with three of our demos, the
bare way from a slider to a label (the floor: nothing can be faster), ipympl where it is installed,
and `interact` with `plt.hist`; and our demos once more in the static site, whose kernel is in the
page. It moves them in turn.
"""

import contextlib
import importlib.util
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser import lab
from tools.site import INSTALL

PRESSES, PAUSE = 40, 0.2  # seconds
MOVES, PACE = 40, 0.05  # a hand passes some twenty positions a second
ROUNDS = 2
PROMISED = {"floor": 2.2, "interact": 5, "ipympl": 2, "page": 1.3, "painted": 0.8}
OURS = ["pipeline", "scale_shift", "drift"]
IN_THE_PAGE = "{} in the page".format
DATA = """
import numpy as np
from bnviz import batchnorm, example
from bnviz.network import sigmoid
wx = example.sorted_batch()
z_hat = batchnorm.normalize(wx, *batchnorm.batch_statistics(wx))
def stages(gamma):
    y = gamma * z_hat
    return [("net", wx), ("normalized", z_hat), ("shifted", y), ("activation", sigmoid(y))]
"""
# kind -> (cell, which of its sliders)
CELLS = {
    "floor": (
        """
import ipywidgets
slider, label = ipywidgets.FloatSlider(1, min=0, max=4, step=0.1), ipywidgets.Label("-")
slider.observe(lambda change: setattr(label, "value", str(change.new)), "value")
ipywidgets.VBox([slider, label])""",
        0,
    ),
    "pipeline": ("from bnviz import explore\nexplore.pipeline()", 3),
    "scale_shift": ("from bnviz import explore\nexplore.scale_shift()", 0),
    "drift": ("from bnviz import explore\nexplore.drift()", 0),
    "ipympl": (
        """
from IPython.display import display
from ipympl.backend_nbagg import Canvas, FigureManager
from matplotlib.figure import Figure
from ipywidgets import FloatSlider
figure = Figure(figsize=(9, 3.2))
canvas = Canvas(figure)
FigureManager(canvas, 0)
row, bars = figure.subplots(1, 4), []
for axes, (name, values) in zip(row, stages(1)):
    bars.append(axes.stairs(*np.histogram(values, 64, (-8, 8)), fill=True))
    axes.set_title(name)
def move(change):
    for artist, (_, values) in zip(bars, stages(change.new)):
        artist.set_data(np.histogram(values, 64, (-8, 8))[0])
    canvas.draw_idle()
slider = FloatSlider(1, min=0, max=4, step=0.1)
slider.observe(move, "value")
display(slider, canvas)""",
        0,
    ),
    "interact": (
        """
%matplotlib inline
import matplotlib.pyplot as plt
from ipywidgets import interact
@interact(gamma=(0.0, 4.0, 0.1))
def draw(gamma=1.0):
    figure, row = plt.subplots(1, 4, figsize=(9, 3.2))
    for axes, (name, values) in zip(row, stages(gamma)):
        axes.hist(values.ravel(), bins=64, range=(-8, 8))
        axes.set_title(name)
    plt.show()""",
        0,
    ),
}
# A paint of a cell is a frame that has its label's new words, its image's new picture (complete:
# the event `load` may come some frames later) or what ipympl draws on its canvas
WATCH = """() => {
  window.painted = {count: 0, at: 0, frame: 0};
  const paint = what => requestAnimationFrame(frame => {
    if (what.complete === false) return paint(what);
    painted.count += frame !== painted.frame;
    painted.frame = frame; painted.at = performance.now();
  });
  window.watch = cell => {
    window.watched?.disconnect();
    window.watched = new MutationObserver(changes => {
      if (cell.querySelector('.bench-floor')) return paint(cell);
      for (const change of changes) {
        const images = change.type === 'attributes' ? [change.target]
          : [...change.addedNodes].flatMap(one => [...(one.querySelectorAll?.('img') ?? [])]);
        images.forEach(paint);
      }
    });
    const label = cell.querySelector('.lm-VBox > .widget-label, .widget-vbox > .widget-label');
    if (label) label.classList.add('bench-floor');
    window.watched.observe(label ?? cell.querySelector('.jp-OutputArea'), label
      ? {childList: true, characterData: true, subtree: true}
      : {childList: true, attributes: true, attributeFilter: ['src'], subtree: true});
    window.canvasCell = cell.querySelector('.jupyter-matplotlib') && cell;
  };
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (image, ...place) {
    if (window.canvasCell && image instanceof HTMLImageElement) paint(image);
    return draw.call(this, image, ...place);
  };
  addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
}"""


class Cell(NamedTuple):
    """What is measured: a slider in a cell of a page."""

    page: Page
    cell: Locator
    handle: Locator


def open_cells(browser, address, kinds, row):
    """Run a notebook with these kinds of cells; return each, by its name in the table."""
    page = lab.open_page(browser)
    lab.open_notebook(page, address)
    lab.run_all(page)
    page.locator(".noUi-handle").nth(len(kinds)).wait_for()
    page.wait_for_timeout(2000)
    page.evaluate(WATCH)
    cells = [page.locator(".jp-Cell").nth(i) for i in range(-len(kinds), 0)]
    return {
        row(kind): Cell(page, cell, cell.locator(".noUi-handle").nth(CELLS[kind][1]))
        for kind, cell in zip(kinds, cells, strict=True)
    }


def sources(kinds, install="pass"):
    return [install, DATA, *(CELLS[kind][0] for kind in kinds)]


def settle(page):
    """Wait until the kernel has answered everything and nothing is painted any more."""
    before = -1
    while before != (before := page.evaluate("painted.count")):
        page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel"
                      ".requestKernelInfo().then(() => {})")  # fmt: skip
        page.wait_for_timeout(250)


def press(page, handle, key):
    """Press a key; return the milliseconds until the changed picture is painted.

    Nobody asks the page for anything meanwhile: it would take the time of those that are measured.
    """
    before = page.evaluate("painted.count")
    handle.focus()
    page.keyboard.down(key)
    time.sleep(PAUSE)
    page.wait_for_function("before => painted.count > before", arg=before, polling=200)
    page.keyboard.up(key)
    waited = page.evaluate("painted.at - pressed")
    settle(page)
    return waited


def drag(page, handle):
    """Drag over the track at an ordinary pace; return the share of positions that were painted."""
    handle.press("Home")
    settle(page)
    track = handle.locator("xpath=ancestor::*[contains(@class,'noUi-base')]").bounding_box()
    box, before = handle.bounding_box(), page.evaluate("painted.count")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    positions, due = {handle.get_attribute("aria-valuenow")}, time.perf_counter()
    for move in range(1, MOVES + 1):
        due += PACE
        time.sleep(max(0, due - time.perf_counter()))
        page.mouse.move(x + track["width"] * move / MOVES, y)
        positions.add(handle.get_attribute("aria-valuenow"))
    page.mouse.up()
    settle(page)
    return (page.evaluate("painted.count") - before) / (len(positions) - 1)


def measure(cells):
    """Return the medians in milliseconds and the shares painted, by name in the table."""
    waits, shares = {name: [] for name in cells}, {name: [] for name in cells}
    for _ in range(ROUNDS):  # in turn, so that a busy moment of the machine is shared by all
        for name, (page, cell, handle) in cells.items():
            page.bring_to_front()
            handle.scroll_into_view_if_needed()
            page.evaluate("cell => watch(cell)", cell.element_handle())
            handle.press("Home")
            settle(page)
            for i in range(PRESSES // ROUNDS):
                waits[name].append(press(page, handle, ("ArrowRight", "ArrowLeft")[i % 2]))
            shares[name].append(drag(page, handle))
    return [
        {name: statistics.median(numbers) for name, numbers in measured.items()}
        for measured in (waits, shares)
    ]


def report(waits, shares):
    """Print the table; return what was promised and missed."""
    print(f"{'':26}{'key to picture':>15}{'× floor':>9}{'interact ÷':>12}{'ipympl ÷':>10}", end="")
    print(f"{'painted in a drag':>19}")
    missed = []
    for name, wait in waits.items():
        floor, interact = wait / waits["floor"], waits["interact"] / wait
        ipympl = waits.get("ipympl", float("nan")) / wait
        print(f"{name:26}{wait:12.0f} ms{floor:9.2f}{interact:12.1f}{ipympl:10.1f}", end="")
        print(f"{shares[name]:18.0%}")
        if name in OURS:
            missed += [f"{name}: {floor:.2f} × the floor"] * (floor > PROMISED["floor"])
            missed += [f"{name}: interact takes {interact:.1f} ×"] * (
                interact < PROMISED["interact"]
            )
            missed += [f"{name}: ipympl takes {ipympl:.1f} ×"] * (ipympl < PROMISED["ipympl"])
            missed += [f"{name}: {shares[name]:.0%} painted"] * (shares[name] < PROMISED["painted"])
    for kind in OURS:
        page = waits.get(IN_THE_PAGE(kind), 0) / waits[kind]
        missed += [f"{kind}: {page:.2f} × as long in the page"] * (page > PROMISED["page"])
    print(f"\nA drag passes {1 / PACE:.0f} positions a second. Promised are at most", end=" ")
    print("{floor} × the floor, interact at least {interact} × and".format(**PROMISED), end=" ")
    print(
        "ipympl {ipympl} × as long, {painted:.0%} painted, and in the".format(**PROMISED), end=" "
    )
    print("page at most {page} × as long as natively.".format(**PROMISED), end=" ")
    print(f"Missed: {'; '.join(missed) or 'nothing'}.")
    return missed


def main():
    if not lab.find_chromium():
        return "The browser benchmark needs Chromium or Chrome on the PATH, and there is none."
    kinds = [kind for kind in CELLS if kind != "ipympl" or importlib.util.find_spec("ipympl")]
    if "ipympl" not in kinds:
        print("ipympl is not installed, so it is left out: pip install ipympl.")
    if not lab.has_pyodide():
        return lab.NO_PYODIDE
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
        folder, site = Path(home, "lab"), Path(home, "site")
        folder.mkdir()
        lab.write_notebook(folder / "bench.ipynb", sources(kinds))
        lab.build_site(site)
        lab.add_notebook(site, "bench.ipynb", sources(OURS, INSTALL))
        native = stack.enter_context(lab.jupyter(folder))
        static = stack.enter_context(lab.web_host(site))
        playwright = stack.enter_context(sync_playwright())
        browser = lab.launch(playwright)
        cells = open_cells(browser, native("doc/tree/bench.ipynb"), kinds, str)
        cells |= open_cells(browser, static("bench.ipynb"), OURS, IN_THE_PAGE)
        missed = report(*measure(cells))
        browser.close()
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
