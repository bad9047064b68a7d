"""One JupyterLab and one Chromium for all browser tests; without Chromium they are left out."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import lab

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = "The browser tests need Chromium or Chrome on the PATH, and there is none: left out."


def pytest_terminal_summary(terminalreporter):
    if not lab.find_chromium():
        terminalreporter.write_line(LEFT_OUT)


@pytest.fixture(scope="session")
def chromium():
    path = lab.find_chromium()
    if not path:
        pytest.fail(LEFT_OUT) if os.environ.get("CI") == "true" else pytest.skip(LEFT_OUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=lab.QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Copies of the notebooks: one to run, one as a stranger's, one that its owner trusts."""
    folder = tmp_path_factory.mktemp("lab")
    for copy in ("run", "strange", "trusted"):
        shutil.copytree(ROOT / "notebooks", folder / copy)
    for path in (folder / "trusted").glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["metadata"]["copy"] = "trusted"  # trust goes by content
        path.write_text(json.dumps(notebook), encoding="utf-8")
    trusted = sorted(map(str, (folder / "trusted").glob("*.ipynb")))
    subprocess.run(
        [sys.executable, "-m", "jupyter", "trust", *trusted],
        env=lab.environment(folder), check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="session")
def address(chromium, folder):
    with lab.jupyter(folder) as address:
        yield address
