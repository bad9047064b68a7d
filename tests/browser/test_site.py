"""The static site in a browser that reaches no other address: what JupyterLab does not show."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import lab
from tests.browser.conftest import ONE

pytestmark = pytest.mark.xdist_group("site")  # one worker has the site


def test_it_prints_what_was_saved(in_the_page):
    here, there = lab.printed(in_the_page.cells), lab.saved(ONE)
    assert any(there.values())
    assert here == there


def test_it_asks_nobody_else(in_the_page):
    own = urlsplit(in_the_page.url).netloc
    assert in_the_page.asked - {""} == {own} | ({lab.PYODIDE_NETWORK} if not lab.PYODIDE else set())


def test_a_still_picture_keeps_its_size_on_a_phone_and_scrolls_sideways(in_the_page):
    with lab.narrowed(in_the_page, 390):
        pictures = in_the_page.locator(".jp-RenderedImage img").all()
        assert pictures
        for picture in pictures:
            assert picture.bounding_box()["width"] >= 600
            picture.evaluate("one => one.parentElement.scrollTo(9999, 0)")
            assert picture.evaluate("one => one.getBoundingClientRect().right") <= 390


def test_the_front_page_starts_the_first_notebook_and_links_stay_in_the_tab(reading, site_address):
    reading.goto(site_address("").partition("notebooks/")[0])
    reading.get_by_role("link", name="Start", exact=True).click()
    reading.wait_for_url("**/notebooks/index.html?path=00_start_here.ipynb")
    reading.wait_for_function("window.jupyterapp?.shell.currentWidget?.context")
    reading.locator(".jp-RenderedMarkdown a[href*='01_']").first.click()
    reading.wait_for_url("**/notebooks/index.html?path=01_*.ipynb")
    reading.locator(".jp-Notebook h1", has_text="1 ·").first.wait_for()
    assert len(reading.context.pages) == 1


@pytest.mark.parametrize("app", ["tree", "lab"])
def test_the_file_list_and_the_laboratory_have_the_notebooks(reading, site_address, app):
    reading.goto(site_address("").replace("notebooks/index.html?path=", f"{app}/index.html"))
    for path in (lab.ROOT / "notebooks").glob("*.ipynb"):
        reading.get_by_text(path.name, exact=True).first.wait_for()


def title(page):
    return page.locator(".jp-Notebook h1").first


@pytest.fixture
def edited(reading, site_address):
    """A page in which a reader has given notebook 04 another title, saved it, and come back."""
    page = reading
    page.address = site_address("04_bias_cancellation.ipynb")
    lab.show_notebook(page, page.address)
    expect(title(page)).to_contain_text("4 · ")
    page.evaluate(
        """async () => {
          const {context, content} = jupyterapp.shell.currentWidget;
          content.model.cells.get(0).sharedModel.setSource('# Mine');
          await context.save();
        }"""
    )
    lab.show_notebook(page, page.address)
    expect(title(page)).to_contain_text("Mine")
    return page


def assert_both_are_there(page):
    expect(title(page)).to_contain_text("4 · ")
    page.goto(page.address.replace("notebooks/index.html?path=04_bias_cancellation.ipynb", "tree/"))
    with page.context.expect_page() as opened:
        page.get_by_text("04_bias_cancellation (yours, ").dblclick()
    expect(title(opened.value)).to_contain_text("Mine")


def test_one_click_brings_the_original_back_and_keeps_the_edited_one(edited):
    edited.get_by_role("link", name="bring it back").click()
    assert_both_are_there(edited)


def test_a_new_release_shows_its_notebook_and_keeps_the_edited_one(edited, site):
    releases = re.sub('("04_[^"]+": ")[0-9a-f]+', r"\1another", (site / "aside.js").read_text())
    edited.context.route(
        "**/aside.js", lambda route: route.fulfill(body=releases, content_type="text/javascript")
    )
    lab.show_notebook(edited, edited.address)
    assert_both_are_there(edited)
