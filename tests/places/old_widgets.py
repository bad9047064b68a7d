"""The sliders of ipywidgets 7, which Colab has, in a browser: in JupyterLab 3, the last for them.

`python old_widgets.py NOTEBOOK` runs a copy of it and moves the sliders of its first demo.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser import lab


def move(page, handle):
    """Move a slider to both ends and back; check what a reader sees."""
    seen, start = [lab.look(page, 0)], written(handle)
    for key in ("End", "Home"):
        handle.press(key)
        seen.append(lab.look(page, 0))
    assert len({one.picture for one in seen}) == 3, "the picture stands still"
    assert len({one.caption for one in seen}) == 3, "the caption stands still"
    for _ in range(200):
        if written(handle) != start:
            handle.press("ArrowRight")
    assert lab.look(page, 0) == seen[0], "it does not come back"


def written(handle):
    """Return the value that stands beside a slider, as a screen reader says it."""
    return handle.get_attribute("aria-valuetext")


def main(notebook):
    path = lab.find_chromium()
    if not path:
        print("The sliders of ipywidgets 7 need Chromium or Chrome on the PATH: left out.")
        return os.environ.get("CI") == "true"
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        shutil.copy(notebook, home)
        with lab.jupyter(Path(home)) as address:
            browser = playwright.chromium.launch(executable_path=path, args=lab.QUIET)
            page = browser.new_page(viewport={"width": 1366, "height": 900})
            lab.open_notebook(page, address(f"doc/tree/{Path(notebook).name}"))
            lab.run_all(page)
            page.locator(".bnviz-live img.widget-image").first.wait_for(timeout=60_000)
            page.evaluate(lab.WATCH)
            handles = page.locator(".bnviz-live").first.locator(".ui-slider-handle")
            assert handles.count() > 0, "these are not the sliders of ipywidgets 7"
            for handle in handles.all():
                move(page, handle)
            print(f"ipywidgets 7: {handles.count()} sliders moved.")
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
