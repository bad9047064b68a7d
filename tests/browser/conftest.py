"""A Chromium for the browser tests, and what it looks at: a JupyterLab, and the static site.

Without Chromium, or without Pyodide for the site, tests are left out; under CI=true they fail.
"""

import json
import os
import subprocess
import sys

import pytest
from playwright.sync_api import sync_playwright

from bnviz import explore
from tests.browser import lab
from tools import site as tool

NO_CHROMIUM = "The browser tests need Chromium or Chrome on the PATH, and there is none."
# the notebook that is run in the page, read without a kernel and shown as a talk
ONE = "03_normalization.ipynb"

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
    """What JupyterLab serves: a notebook as a stranger's and as its owner's, and every demo."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = json.loads((lab.ROOT / "notebooks" / ONE).read_text(encoding="utf-8"))
    for copy in ("strange", "trusted"):
        notebook["metadata"]["copy"] = copy  # trust goes by content
        (folder / f"{copy}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "jupyter", "trust", folder / "trusted.ipynb"],
        env=lab.environment(folder), check=True, capture_output=True,
    )  # fmt: skip
    cells = ["from bnviz import explore", *(f"explore.{name}()" for name in explore.__all__)]
    lab.write_notebook(folder / "demos.ipynb", cells)
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
    folder = tmp_path_factory.mktemp("site") / "site"
    tool.build(folder, lab.PYODIDE)
    return folder


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


@pytest.fixture(scope="session")
def native(chromium, address):
    """A page of JupyterLab with every demo."""
    with lab.ran_notebook(chromium, address("doc/tree/demos.ipynb")) as page:
        page.wait_for_function(NAMED)
        page.evaluate(lab.WATCH)
        yield page


@pytest.fixture(scope="session")
def in_the_page(chromium, site_address):
    """A page of the site with that notebook, whose kernel is in the page itself."""
    with lab.ran_notebook(chromium, site_address(ONE)) as page:
        page.wait_for_function(NAMED)
        page.evaluate(lab.WATCH)
        yield page


# one worker has the site, one the JupyterLab
KERNELS = [
    pytest.param("in_the_page", marks=pytest.mark.xdist_group("site")),
    pytest.param("native", marks=pytest.mark.xdist_group("lab")),
]


@pytest.fixture(params=KERNELS)
def ran(request):
    """Each of the two pages in turn."""
    return request.getfixturevalue(request.param)
