"""Every notebook is run in JupyterLab, and every slider in it moved as a reader moves it."""

from pathlib import Path

import pytest

from tests.browser import lab
from tests.browser.conftest import ROOT

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
SCREENSHOTS = Path(__file__).parent / "screenshots"


JUPYTERLABS_OWN = "debugger state"  # said at some restarts of any kernel


def complain(page, said):
    if said.type == "error" and JUPYTERLABS_OWN not in said.text:
        page.complaints.append(said.text)


@pytest.fixture(scope="module", params=NOTEBOOKS)
def ran(request, chromium, address):
    """A page with a notebook after Restart Kernel and Run All, and the complaints it made."""
    page = chromium.new_page(viewport={"width": 1366, "height": 900})
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    lab.open_notebook(page, address(f"doc/tree/run/{request.param}"))
    page.on("console", lambda said: complain(page, said))
    lab.run_all(page)
    page.demos = page.locator(".bnviz-live")
    page.demos.last.locator("img.widget-image").wait_for(timeout=60_000)
    page.evaluate(lab.WATCH)
    yield page
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 7


def test_it_runs_without_complaint(ran, request):
    assert ran.demos.count() == len(ran.evaluate("window.pictures")) > 0
    lab.photograph(ran, SCREENSHOTS / f"{request.node.callspec.params['ran'][:-6]}.png")
    assert not ran.complaints


def test_keyboard_reaches_both_ends_and_comes_back(ran):
    for demo in range(ran.demos.count()):
        captions, handles = set(), ran.demos.nth(demo).locator(".noUi-handle")
        for slider in range(handles.count()):
            handle, seen = handles.nth(slider), []
            label, start = handle.get_attribute("aria-label"), lab.at(handle)
            before = lab.look(ran, demo)
            for key in ("End", "Home"):
                handle.press(key)
                seen.append(lab.look(ran, demo))
            assert seen[0].picture != seen[1].picture, f"{label} does nothing"
            while lab.at(handle) < start:
                handle.press("ArrowRight")
            assert lab.look(ran, demo) == before, f"{label} leaves a trace"
            captions |= {one.caption for one in seen}
        assert len(captions) > 1, "the caption stands still"
    assert not ran.complaints


def test_a_fast_drag_ends_where_the_hand_ends(ran):
    for demo in range(ran.demos.count()):
        for handle in ran.demos.nth(demo).locator(".noUi-handle").all():
            handle.press("End")
            end = lab.look(ran, demo)
            handle.press("Home")
            start = lab.look(ran, demo)
            shown, late = lab.drag(ran, demo, handle, moves=40)
            assert lab.look(ran, demo) == end != start
            assert shown >= 2, "nothing was painted on the way"
            assert late <= 2, "pictures were queued: one may be under way and one the last"
    assert not ran.complaints


def test_controls_have_names_and_the_caption_speaks(ran):
    nodes = ran.context.new_cdp_session(ran).send("Accessibility.getFullAXTree")["nodes"]
    named = [
        (node["role"]["value"], node["name"]["value"])
        for node in nodes
        if node.get("role", {}).get("value") in {"slider", "checkbox", "combobox"}
    ]
    for demo in range(ran.demos.count()):
        box = ran.demos.nth(demo)
        labels = [text.strip() for text in box.locator(".noUi-target").evaluate_all(
            "all => all.map(one => one.closest('.widget-hslider, .widget-inline-hbox')"
            ".querySelector('.widget-label').textContent)"
        )]  # fmt: skip
        assert labels
        assert all(("slider", label) in named for label in labels)
        assert box.locator(".bnviz-words").get_attribute("aria-live") == "polite"
    assert all(name for role, name in named), named
    live = [
        node
        for node in nodes
        for each in node.get("properties", [])
        if each["name"] == "live" and each["value"]["value"] == "polite"
    ]
    assert len(live) >= ran.demos.count()


def test_a_screen_reader_says_the_value_that_is_written(ran):
    for demo in range(ran.demos.count()):
        rows = ran.demos.nth(demo).locator(".widget-inline-hbox:has(.noUi-handle)")
        assert rows.count()
        for row in rows.all():
            handle, said = row.locator(".noUi-handle"), set()
            for key in ("End", "ArrowLeft", "Home"):
                handle.press(key)
                lab.look(ran, demo)
                said.add(text := handle.get_attribute("aria-valuetext"))
                assert text == row.locator(".widget-readout").inner_text()
            assert len(said) >= 2


def test_tab_reaches_every_control(ran):
    for demo in range(ran.demos.count()):
        box = ran.demos.nth(demo)
        controls = "input:not([type=hidden]), select, .noUi-handle"
        wanted = box.locator(controls).count()
        box.locator(controls).first.focus()
        reached = set()
        for _ in range(3 * wanted):
            reached.add(
                ran.evaluate(
                    "([box, controls]) => "
                    "[...box.querySelectorAll(controls)].indexOf(document.activeElement)",
                    [box.element_handle(), controls],
                )
            )
            ran.keyboard.press("Tab")
        assert set(range(wanted)) <= reached


def test_it_scales_down_and_wraps_in_a_narrow_window(ran):
    wide = ran.viewport_size
    for width in (683, 390):  # half a laptop, a phone held upright
        ran.set_viewport_size({"width": width, "height": 900})
        for demo in range(ran.demos.count()):
            box = ran.demos.nth(demo)
            room = box.locator("xpath=ancestor::*[contains(@class,'jp-OutputArea-output')]").last
            right = room.evaluate("room => room.getBoundingClientRect().right")
            parts = box.locator("img.widget-image, .widget-inline-hbox, .bnviz-words")
            ends = parts.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
            assert len(ends) >= 3
            assert max(ends) <= right + 1, f"cut off at {width} pixels"
            image = box.locator("img.widget-image")
            shape = image.evaluate(
                "one => one.width / one.height / (one.naturalWidth / one.naturalHeight)"
            )
            assert abs(shape - 1) < 0.02, "squeezed"
    ran.set_viewport_size(wide)


def test_words_are_legible_in_the_dark(ran):
    theme = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
    ran.evaluate(theme, "JupyterLab Dark")
    ran.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    words = ".bnviz-words p, .bnviz-live .widget-label"
    light = ran.locator(words).evaluate_all(
        "all => all.map(one => getComputedStyle(one).color.match(/[0-9]+/g).slice(0, 3))"
    )
    assert light
    assert all(min(map(int, colour)) > 150 for colour in light), "dark words on a dark page"
    ran.evaluate(theme, "JupyterLab Light")
    ran.wait_for_function("document.body.dataset.jpThemeLight === 'true'")
