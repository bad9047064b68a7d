"""A demo that raises at one value, as a reader meets it in JupyterLab."""

import json

from tests.browser import lab

SOURCE = """
import numpy as np
from bnviz import live
from bnviz.pictures import HistogramRow

def show(gamma):
    if gamma == 2:
        raise ValueError("gamma = 2 is <out of order>")
    return {"z": gamma * np.linspace(-1, 1)}, f"Gamma is {gamma}."

live.Live("fragile", HistogramRow(["z"]), show, {"gamma": live.slider("γ", 1, 3, 1, 1)})
"""
NOTEBOOK = {
    "cells": [{"cell_type": "code", "id": "fragile", "metadata": {}, "source": SOURCE.strip(),
               "outputs": [], "execution_count": None}],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


def test_an_error_is_read_under_the_last_good_picture_and_the_next_value_goes_on(
    chromium, folder, address
):
    (folder / "fragile.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 1366, "height": 900})
    lab.open_notebook(page, address("doc/tree/fragile.ipynb"))
    lab.run_all(page)
    page.locator(".bnviz-live img.widget-image").wait_for()
    page.evaluate(lab.WATCH)
    handle, seen = page.locator(".noUi-handle"), [lab.look(page, 0)]
    for key in ("ArrowRight", "ArrowRight", "Home"):
        handle.press(key)
        seen.append(lab.look(page, 0))
        if len(seen) == 2:
            alert = page.get_by_role("alert").filter(has_text="out of order")
            assert alert.is_visible()
            image = page.locator("img.widget-image").bounding_box()
            assert alert.bounding_box()["y"] >= image["y"] + image["height"]
    good, bad, better, first = seen
    assert bad.caption == "ValueError: gamma = 2 is <out of order>"
    assert bad.picture == good.picture
    assert better.caption == "Gamma is 3."
    assert better.picture != good.picture
    assert first == good
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()
