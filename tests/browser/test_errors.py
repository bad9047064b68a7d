"""A demo that raises at one value, as a reader meets it in JupyterLab."""

import pytest
from playwright.sync_api import expect

from tests.browser import lab

SOURCE = """
import numpy as np
from bnviz import live
from bnviz.panels import NormalizedView

picture, z = NormalizedView(), np.linspace(-1, 1, 60)

def show(gamma):
    if gamma == 2:
        raise ValueError("gamma = 2 is <out of order>")
    picture.update(z, gamma * z, z)
    return f"Gamma is {gamma}."

live.Live("fragile", picture, show, {"gamma": live.slider("γ", 1, 3, 1, 1)})
"""


@pytest.mark.xdist_group("lab")
def test_an_error_is_read_under_the_last_good_picture_and_the_next_value_goes_on(
    chromium, folder, address
):
    lab.write_notebook(folder / "fragile.ipynb", [SOURCE])
    with lab.ran_notebook(chromium, address("doc/tree/fragile.ipynb")) as page:
        page.evaluate(lab.WATCH)
        handle, alert = page.locator(".noUi-handle"), page.get_by_role("alert")
        good = lab.look(page, 0)
        handle.press("ArrowRight")
        bad = lab.look(page, 0)
        assert bad == (good.picture, "ValueError: gamma = 2 is <out of order>")
        expect(alert).to_contain_text("out of order")
        image = page.locator("img.widget-image").bounding_box()
        assert alert.bounding_box()["y"] >= image["y"] + image["height"]
        handle.press("ArrowRight")
        better = lab.look(page, 0)
        assert better.caption == "Gamma is 3."
        assert better.picture != good.picture
        expect(alert).to_have_count(0)
