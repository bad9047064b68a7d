"""Every notebook run in the static site, in a browser that reaches no other address.

`python every_notebook.py` makes the site, runs its notebooks, or those named (`01`, `01_name` or
`01_name.ipynb`), compares what they print with what is saved, and tells how long they took. A demo
is to appear within 10 seconds of its cell, and a notebook to be through in 90, one that trains in
150.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser import lab
from tools.site import build

NOTEBOOKS = lab.ROOT / "notebooks"
DEMO, THROUGH, TRAINING = 10, 90, 150  # seconds
TRAIN = ("08", "09", "10", "11", "12")
# In the page: how many seconds each run of a cell keeps the kernel busy
TIME = """() => {
  const start = {}, now = () => performance.now() / 1000;
  window.took = [];
  jupyterapp.shell.currentWidget.sessionContext.session.kernel.iopubMessage.connect((_, said) => {
    const {msg_type, msg_id} = said.parent_header, state = said.content.execution_state;
    if (msg_type !== 'execute_request' || said.header.msg_type !== 'status') return;
    if (state === 'busy') start[msg_id] = now();
    if (state === 'idle') took.push(now() - start[msg_id]);
  });
}"""


def run_in_the_page(browser, address, name):
    """Run a notebook; print how long it took; return what was too slow or complained."""
    page = lab.open_page(browser)
    start = time.monotonic()
    lab.open_notebook(page, address(name))
    page.evaluate(TIME)
    cells = [cell for cell in lab.run_all(page) if cell["cell_type"] == "code"]
    saved, here = lab.saved(name), lab.printed(cells)
    through = time.monotonic() - start
    took = page.evaluate("took")
    demos = [seconds for seconds, cell in zip(took, cells, strict=True) if shows_demo(cell)]
    print(f"{name:34}{through:6.0f} s", f"slowest demo {max(demos, default=0):5.1f} s", flush=True)
    wrong = [f"{name}: {complaint}" for complaint in dict.fromkeys(page.complaints)]
    wrong += [f"{name} prints otherwise in {cell}" for cell in saved if here[cell] != saved[cell]]
    if through > (TRAINING if name.startswith(TRAIN) else THROUGH):
        wrong.append(f"{name} was through after {through:.0f} s")
    if max(demos, default=0) > DEMO:
        wrong.append(f"{name} has a demo that appeared after {max(demos):.0f} s")
    page.close()
    return wrong


def shows_demo(cell):
    """Whether a cell shows something to move."""
    data = [output.get("data", {}) for output in cell["outputs"]]
    return any("application/vnd.jupyter.widget-view+json" in one for one in data)


def find(names):
    """Return the files of the notebooks that are named by number, stem or file; of all for none."""
    files = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    found = []
    for name in names:
        called = [file for file in files if name in names_of(file)]
        if not called:
            sys.exit(
                "A notebook is named by its number, its stem or its file, and there is none called "
                f"{name!r}: name one of {', '.join(files)}, or none to run them all."
            )
        found += called
    return found or files


def names_of(file):
    """Return what a notebook may be called: 1, 01, 01_covariate_shift, 01_covariate_shift.ipynb."""
    number = file[:2]
    return str(int(number)), number, file.removesuffix(".ipynb"), file


def main(names):
    names = find(names)
    if not (lab.find_chromium() and lab.has_pyodide()):
        print(
            "The notebooks in the page need Chromium or Chrome on the PATH, and Pyodide: left out."
        )
        return os.environ.get("CI") == "true"
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        site = Path(home, "site")
        build(site, lab.PYODIDE)
        browser = lab.launch(playwright)
        with lab.web_host(site) as address:
            wrong = [line for name in names for line in run_in_the_page(browser, address, name)]
        browser.close()
    print(*wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
