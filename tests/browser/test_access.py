"""The front page, pages to read and a live demo, by the rules of axe-core and in a small window."""

import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser import lab

GRAVE = {"serious", "critical"}
PAGES = ["index.html", "read/08_training.html"]
PHONE = {"width": 390, "height": 844}


def grave(page, *where):
    """Return what axe finds serious or critical, in the parts of a page that are selected."""
    found = Axe().run(page, context=[[part] for part in where] or None).response["violations"]
    return {
        one["id"]: [node["html"][:200] for node in one["nodes"]]
        for one in found
        if one["impact"] in GRAVE
    }


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
        pictures, captions = set(), set()
        for key in ("Home", "ArrowRight", "End"):
            page.get_by_role("slider").press(key)
            image.evaluate("one => one.decode()")
            pictures.add(image.get_attribute("src"))
            captions.add(caption.inner_text())
            assert image.get_attribute("alt") == caption.inner_text()
        assert len(pictures) == len(captions) == 3
        assert "γ = 6.0" in caption.inner_text()

    def test_without_scripts_it_shows_the_film(self, chromium, pages):
        page = lab.open_page(chromium, java_script_enabled=False)
        page.goto(pages("index.html"))
        film = page.locator("noscript img, .demo > img").first
        assert film.evaluate("one => one.decode().then(() => one.naturalWidth)") > 600
        assert not page.get_by_role("slider").is_visible()
        page.close()


@pytest.mark.xdist_group("lab")
def test_axe_finds_nothing_grave_in_a_live_demo(native):
    assert not grave(native, ".bnviz-live")


@pytest.mark.xdist_group("lab")
def test_words_are_legible_in_the_dark(native):  # axe does not judge colours in a notebook
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
    native.evaluate(change, "JupyterLab Dark")
    body = native.locator("body")
    expect(body).to_have_attribute("data-jp-theme-light", "false")
    colours = native.locator(".bnviz-words p, .bnviz-live .widget-label").evaluate_all(
        "all => all.map(one => getComputedStyle(one).color.match(/[0-9]+/g).slice(0, 3))"
    )
    assert colours
    assert all(min(map(int, colour)) > 150 for colour in colours), "dark words on a dark page"
    native.evaluate(change, "JupyterLab Light")
    expect(body).to_have_attribute("data-jp-theme-light", "true")


@pytest.mark.xdist_group("lab")
def test_a_finger_meets_what_moves(chromium, folder, address):
    lab.write_notebook(folder / "phone.ipynb", ["from bnviz import explore\nexplore.pipeline()"])
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    with lab.ran_notebook(chromium, address("doc/tree/phone.ipynb"), **phone) as page:
        touched = page.demos.locator(".noUi-handle, select, input[type=checkbox]").all()
        assert len(touched) >= 6
        for one in touched:
            size = one.bounding_box()
            assert min(size["width"], size["height"]) >= 24
        for track in page.demos.locator(".noUi-target").all():
            assert track.bounding_box()["width"] >= 160
        window = page.demos.locator("img.widget-image").locator("xpath=..")
        window.evaluate("one => one.scrollTo(9999, 0)")
        away = window.evaluate("one => one.scrollWidth - one.clientWidth - one.scrollLeft")
        assert away == pytest.approx(0, abs=1)
