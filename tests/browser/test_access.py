"""The front page, pages to read and a live demo, by the rules of axe-core and in a small window."""

import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import lab
from tests.browser.conftest import NATIVE

GRAVE = {"serious", "critical"}
PAGES = ["index.html", "read/03_normalization.html", "read/08_training.html"]
PHONE = {"width": 390, "height": 844}


def grave(page, *where):
    """Return what axe finds serious or critical, in the parts of a page that are selected."""
    found = Axe().run(page, context=[[part] for part in where] or None).response["violations"]
    return {
        one["id"]: [node["html"][:200] for node in one["nodes"]]
        for one in found
        if one["impact"] in GRAVE
    }


def track_widths(demos):
    """Return how wide the tracks of all sliders are."""
    tracks = demos.locator(".noUi-target")
    return tracks.evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")


@pytest.fixture(scope="module")
def pages(request, chromium, tmp_path_factory):
    """The function from the name of a page that needs no kernel to its address."""
    if lab.has_pyodide():  # it has them, and is made once
        site = request.getfixturevalue("site")
    else:
        site = tmp_path_factory.mktemp("pages") / "site"
        site.mkdir()
        subprocess.run([sys.executable, lab.ROOT / "tools/front.py", site], check=True)
    with lab.web_host(site) as address:
        yield lambda name: address("").replace("notebooks/index.html?path=", name)


@pytest.fixture(scope="module", params=PAGES)
def opened(request, chromium, pages):
    page = lab.open_page(chromium)
    page.goto(pages(request.param))
    yield page
    page.close()


@pytest.fixture
def page(chromium):
    page = lab.open_page(chromium)
    yield page
    page.close()


@pytest.mark.xdist_group("site")
class TestPages:
    def test_axe_finds_nothing_grave(self, opened):
        assert not grave(opened)
        assert not opened.complaints

    def test_links_lead_to_pages_that_are_there(self, opened, pages):
        own = pages("")
        links = opened.locator("a[href]").evaluate_all("all => all.map(one => one.href)")
        inside = {link.partition("#")[0] for link in links if link.startswith(own)}
        live = {link for link in inside if "notebooks/index.html?path=" in link}
        assert live
        for link in inside - live - {f"{own}tree/index.html"}:
            assert opened.request.head(link).ok, link

    def test_on_a_phone_nothing_hangs_over(self, opened):
        wide = opened.viewport_size
        opened.set_viewport_size(PHONE)
        opened.wait_for_function("width => innerWidth === width", arg=PHONE["width"])
        width = opened.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        opened.set_viewport_size(wide)

    def test_the_front_page_is_light_and_its_slider_moves_picture_and_caption(self, page, pages):
        answer = page.goto(pages("index.html"))
        assert len(answer.body()) < 100_000
        image, caption = page.locator("#demo img"), page.locator("#demo p")
        seen = set()
        for key in ("Home", "ArrowRight", "End"):
            page.get_by_role("slider").press(key)
            image.evaluate("one => one.decode()")
            seen.add((image.get_attribute("src"), caption.inner_text()))
            assert image.get_attribute("alt") == caption.inner_text()
        assert len(seen) == 3
        assert "γ = 6.0" in caption.inner_text()

    def test_without_scripts_it_shows_the_film(self, chromium, pages):
        page = lab.open_page(chromium, java_script_enabled=False)
        page.goto(pages("index.html"))
        film = page.locator("noscript img, .demo > img").first
        assert film.evaluate("one => one.decode().then(() => one.naturalWidth)") > 600
        assert not page.get_by_role("slider").is_visible()
        page.close()


@pytest.mark.xdist_group("lab")
@pytest.mark.parametrize("ran", [NATIVE], indirect=True)
class TestLive:
    def test_axe_finds_nothing_grave(self, ran):
        assert not grave(ran, ".bnviz-live")

    def test_a_slider_has_a_long_track(self, ran):
        assert min(track_widths(ran.locator(".bnviz-live"))) >= 160


@pytest.mark.xdist_group("lab")
def test_a_finger_meets_what_moves(chromium, folder, address):
    page = lab.open_page(chromium, viewport=PHONE, has_touch=True, is_mobile=True)
    cells = ["from bnviz import explore\nexplore.pipeline()"]
    lab.write_notebook(folder / "phone.ipynb", cells)
    lab.open_notebook(page, address("doc/tree/phone.ipynb"))
    lab.run_all(page)
    page.locator(".bnviz-live .noUi-handle").first.wait_for()
    lab.SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=lab.SCREENSHOTS / "phone.png")
    box = page.locator(".bnviz-live")
    touched = box.locator(".noUi-handle, select, input[type=checkbox]")
    sizes = touched.evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(one => [one.width, one.height])"
    )
    assert len(sizes) >= 6
    assert min(min(size) for size in sizes) >= 24
    assert min(track_widths(box)) >= 160
    window = box.locator("img.widget-image").locator("xpath=..")
    ends = window.evaluate("one => [one.scrollWidth, one.clientWidth, one.scrollLeft]")
    window.evaluate("one => one.scrollTo(9999, 0)")
    assert ends[0] - ends[1] == pytest.approx(window.evaluate("one => one.scrollLeft"), abs=1)
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()
