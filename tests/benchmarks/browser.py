"""What a reader waits for: from the key press to the changed picture, in a real browser.

`python tests/benchmarks/browser.py` opens one notebook in JupyterLab with three of our demos, the
bare way from a slider to a label (the floor: nothing can be faster), and `interact` with
`plt.hist`; and our demos once more in the static site, whose kernel is in the page. It moves them
in turn.
"""

import contextlib
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser import lab
from tools import site as tool

PRESSES, PAUSE = 40, 0.2  # seconds
ROUNDS = 2
PROMISED = {"floor": 2.2, "interact": 5, "page": 1.3}
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
# A paint of a cell is a frame that has its label's new words or its image's new picture (complete:
# the event `load` may come some frames later)
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


def measure(cells):
    """Return the medians in milliseconds, by name in the table."""
    waits = {name: [] for name in cells}
    for _ in range(ROUNDS):  # in turn, so that a busy moment of the machine is shared by all
        for name, (page, cell, handle) in cells.items():
            page.bring_to_front()
            handle.scroll_into_view_if_needed()
            page.evaluate("cell => watch(cell)", cell.element_handle())
            handle.press("Home")
            settle(page)
            for i in range(PRESSES // ROUNDS):
                waits[name].append(press(page, handle, ("ArrowRight", "ArrowLeft")[i % 2]))
    return {name: statistics.median(times) for name, times in waits.items()}


def report(waits):
    """Print the table; return what was promised and missed."""
    print(f"{'':26}{'key to picture':>15}{'× floor':>9}{'interact ÷':>12}")
    for name, wait in waits.items():
        floor, interact = wait / waits["floor"], waits["interact"] / wait
        print(f"{name:26}{wait:12.0f} ms{floor:9.2f}{interact:12.1f}")
    missed = []
    for name in OURS:
        floor, interact = waits[name] / waits["floor"], waits["interact"] / waits[name]
        page = waits[IN_THE_PAGE(name)] / waits[name]
        if floor > PROMISED["floor"]:
            missed.append(f"{name}: {floor:.2f} × the floor")
        if interact < PROMISED["interact"]:
            missed.append(f"{name}: interact takes {interact:.1f} ×")
        if page > PROMISED["page"]:
            missed.append(f"{name}: {page:.2f} × as long in the page")
    print(
        "\nPromised are at most {floor} × the floor, interact at least {interact} × as long, and "
        "in the page at most {page} × as long as natively.".format(**PROMISED),
        f"Missed: {'; '.join(missed) or 'nothing'}.",
    )
    return missed


def add_notebook(site, name, sources):
    """Add a notebook of code cells to a site."""
    lab.write_notebook(site / "files" / name, sources, "python")
    path = site / "api" / "contents" / "all.json"
    listing = json.loads(path.read_text(encoding="utf-8"))
    listing["content"].append({**listing["content"][0], "name": name, "path": name})
    path.write_text(json.dumps(listing), encoding="utf-8")


def main():
    if not lab.find_chromium():
        return "The browser benchmark needs Chromium or Chrome on the PATH, and there is none."
    if not lab.has_pyodide():
        return lab.NO_PYODIDE
    kinds = list(CELLS)
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
        folder, site = Path(home, "lab"), Path(home, "site")
        folder.mkdir()
        lab.write_notebook(folder / "bench.ipynb", sources(kinds))
        tool.build(site, lab.PYODIDE)
        add_notebook(site, "bench.ipynb", sources(OURS, tool.INSTALL))
        native = stack.enter_context(lab.jupyter(folder))
        static = stack.enter_context(lab.web_host(site))
        playwright = stack.enter_context(sync_playwright())
        browser = lab.launch(playwright)
        cells = open_cells(browser, native("doc/tree/bench.ipynb"), kinds, str)
        cells |= open_cells(browser, static("bench.ipynb"), OURS, IN_THE_PAGE)
        missed = report(measure(cells))
        browser.close()
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
