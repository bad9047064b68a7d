"""A Chromium for the browser tests, and what it looks at: a JupyterLab, and the static site.

Without Chromium, or without Pyodide for the site, tests are left out; under CI=true they fail.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import sync_playwright

from bnviz import explore
from tests.browser import lab

NO_CHROMIUM = "The browser tests need Chromium or Chrome on the PATH, and there is none."
# the native kernel with every demo, and the kernel in the page with notebooks that we publish
NATIVE, IN_THE_PAGE = "demos.ipynb", ["00_start_here", "04_bias_cancellation"]
# one worker has the site, one the JupyterLab; in the order of test_site
KERNELS = [pytest.param(name, marks=pytest.mark.xdist_group("site")) for name in IN_THE_PAGE]
KERNELS += [pytest.param(NATIVE, marks=pytest.mark.xdist_group("lab"))]

# every handle has the name that the page gives it, a moment after it stands there
NAMED = """[...document.querySelectorAll('.bnviz-live .noUi-handle')]
  .every(handle => handle.getAttribute('aria-label'))"""


def leave_out(sentence):
    """Skip a test for want of something, but not under CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence + " Left out.")


@pytest.fixture(scope="session")
def chromium():
    """A browser that reaches this machine alone, and Pyodide's network where that is needed."""
    if not lab.find_chromium():
        leave_out(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = lab.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """What JupyterLab serves: notebooks as a stranger's, as their owner's, and every demo."""
    folder = tmp_path_factory.mktemp("lab")
    for copy in ("strange", "trusted"):
        shutil.copytree(lab.ROOT / "notebooks", folder / copy)
    for path in (folder / "trusted").glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["metadata"]["copy"] = "trusted"  # trust goes by content
        path.write_text(json.dumps(notebook), encoding="utf-8")
    trusted = sorted(map(str, (folder / "trusted").glob("*.ipynb")))
    subprocess.run(
        [sys.executable, "-m", "jupyter", "trust", *trusted],
        env=lab.environment(folder), check=True, capture_output=True,
    )  # fmt: skip
    cells = ["from bnviz import explore", *(f"explore.{name}()" for name in explore.__all__)]
    lab.write_notebook(folder / NATIVE, cells)
    return folder


@pytest.fixture(scope="session")
def address(chromium, folder):
    """The function from a path in JupyterLab to its address."""
    with lab.jupyter(folder) as address:
        yield address


@pytest.fixture(scope="session")
def site(chromium, tmp_path_factory):
    """The static site in a folder."""
    if not lab.has_pyodide():
        leave_out(lab.NO_PYODIDE)
    site = tmp_path_factory.mktemp("site") / "site"
    lab.build_site(site)
    return site


@pytest.fixture(scope="session")
def site_address(site):
    """The function from a notebook's name to its address in the site."""
    with lab.web_host(site) as address:
        yield address


@pytest.fixture
def reading(chromium):
    """A page whose reader runs nothing: no kernel starts, which would take longer than the rest."""
    page = lab.open_page(chromium)
    page.context.route("**/pyodide/**", lambda route: route.abort())
    yield page
    page.context.close()


@pytest.fixture(scope="session", params=KERNELS)
def ran(request, chromium):
    """A page with a notebook that has been run, in the kernel for it; `page.cells` has it all."""
    native = request.param == NATIVE
    address = request.getfixturevalue("address" if native else "site_address")
    page = lab.open_page(chromium)
    lab.open_notebook(page, address(f"doc/tree/{NATIVE}" if native else f"{request.param}.ipynb"))
    page.cells = lab.run_all(page)
    page.demos = lab.wait_for_demos(page, page.cells)
    page.wait_for_function(NAMED)
    page.evaluate(lab.WATCH)
    yield page
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()
