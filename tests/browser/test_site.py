"""The static site in a browser that reaches no other address: what JupyterLab does not show."""

import re
from urllib.parse import urlsplit

import pytest

from tests.browser import lab
from tests.browser.conftest import IN_THE_PAGE

pytestmark = pytest.mark.xdist_group("site")  # one worker has the site


@pytest.mark.parametrize("ran", IN_THE_PAGE, indirect=True)
def test_it_prints_what_was_saved(ran, request):
    name = request.node.callspec.params["ran"]
    here, there = lab.printed(ran.cells), lab.saved(f"{name}.ipynb")
    assert any(there.values())
    assert here == there


@pytest.mark.parametrize("ran", IN_THE_PAGE, indirect=True)
def test_it_asks_nobody_else(ran):
    own = urlsplit(ran.url).netloc
    assert ran.asked - {""} == {own} | ({lab.PYODIDE_NETWORK} if not lab.PYODIDE else set())


@pytest.mark.parametrize("ran", IN_THE_PAGE, indirect=True)
def test_a_still_picture_keeps_its_size_on_a_phone_and_scrolls_sideways(ran):
    wide = ran.viewport_size
    lab.narrow(ran, 390)
    pictures = ran.locator(".jp-RenderedImage img")
    assert pictures.count()
    for picture in pictures.all():
        assert picture.bounding_box()["width"] >= 600
        picture.evaluate("one => one.parentElement.scrollTo(9999, 0)")
        assert picture.evaluate("one => one.getBoundingClientRect().right") <= 390
    ran.set_viewport_size(wide)


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


TITLE = "document.querySelector('.jp-Notebook h1')?.innerText"


@pytest.fixture
def edited(reading, site_address):
    """A page in which a reader has given notebook 04 another title, saved it, and come back."""
    page = reading
    page.address = site_address("04_bias_cancellation.ipynb")
    lab.show_notebook(page, page.address)
    page.title_of_ours = page.wait_for_function(TITLE).json_value()
    page.evaluate(
        """async () => {
          const {context, content} = jupyterapp.shell.currentWidget;
          content.model.cells.get(0).sharedModel.setSource('# Mine');
          await context.save();
        }"""
    )
    lab.show_notebook(page, page.address)
    page.wait_for_function(f"{TITLE}?.startsWith('Mine')")
    return page


def assert_both_are_there(page):
    page.wait_for_function(f"title => {TITLE} === title", arg=page.title_of_ours)
    page.goto(page.address.replace("notebooks/index.html?path=04_bias_cancellation.ipynb", "tree/"))
    with page.context.expect_page() as opened:
        page.get_by_text("04_bias_cancellation (yours, ").dblclick()
    opened.value.wait_for_function(f"{TITLE}?.startsWith('Mine')")


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
