"""Every slider moved as by a reader: each demo natively, two notebooks in the page itself."""

import pytest

from tests.browser import lab

PRESSES = 50


def test_it_runs_without_complaint(ran, request):
    name = request.node.callspec.params["ran"].partition(".")[0]
    assert ran.demos.count() == len(ran.evaluate("window.pictures")) > 0
    lab.photograph(ran, lab.SCREENSHOTS / f"{name}.png")
    assert not ran.complaints


def test_keyboard_reaches_both_ends_and_comes_back(ran):
    for demo in range(ran.demos.count()):
        rows = ran.demos.nth(demo).locator(".widget-inline-hbox:has(.noUi-handle)").all()
        handles = [row.locator(".noUi-handle") for row in rows]
        starts, opening = [lab.at(handle) for handle in handles], lab.look(ran, demo)
        for handle in handles:  # some do nothing before others have moved
            handle.press("End")
        end = lab.look(ran, demo)
        captions = {opening.caption, end.caption}
        for row, handle in zip(rows, handles, strict=True):
            handle.press("Home")
            seen = lab.look(ran, demo)
            assert not ran.get_by_role("alert").count(), seen.caption
            said = handle.get_attribute("aria-valuetext")
            assert said == row.locator(".widget-readout").inner_text()
            assert seen != end, f"{handle.get_attribute('aria-label')} does nothing"
            captions.add(seen.caption)
            handle.press("End")
        assert lab.look(ran, demo) == end, "a slider leaves a trace"
        assert len(captions) > 1, "the caption stands still"
        for handle, start in zip(handles, starts, strict=True):
            handle.press("Home")
            lab.press_to(ran, handle, start)
        assert lab.look(ran, demo) == opening, "it does not come back"
    assert not ran.complaints


def test_no_press_of_fifty_is_lost(ran):
    handle = ran.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    for press in range(PRESSES):
        shown = lab.count(ran, 0)
        handle.press(("ArrowRight", "ArrowLeft")[press % 2])
        lab.wait_for_pictures(ran, 0, shown + 1)
    assert not ran.complaints


def test_a_fast_drag_ends_where_the_hand_ends(ran):
    for demo in range(min(3, ran.demos.count())):
        handle = ran.demos.nth(demo).locator(".noUi-handle").first
        handle.press("End")
        end = lab.look(ran, demo)
        handle.press("Home")
        start = lab.look(ran, demo)
        late = lab.drag(ran, demo, handle, moves=40)
        assert lab.look(ran, demo) == end != start
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
            if set(range(wanted)) <= reached:
                break
            ran.keyboard.press("Tab")
        else:
            pytest.fail(f"Tab reaches only {reached} of {wanted} controls")


def test_it_wraps_in_a_narrow_window_and_the_picture_scrolls_in_its_own(ran):
    wide = ran.viewport_size
    for width in (683, 390):  # half a laptop, a phone held upright
        lab.narrow(ran, width)
        for demo in range(ran.demos.count()):
            box = ran.demos.nth(demo)
            room = box.locator("xpath=ancestor::*[contains(@class,'jp-OutputArea-output')]").last
            right = room.evaluate("room => room.getBoundingClientRect().right")
            image = box.locator("img.widget-image")
            parts = box.locator(".widget-inline-hbox, .bnviz-words").all()
            parts.append(image.locator("xpath=.."))
            ends = [part.evaluate("one => one.getBoundingClientRect().right") for part in parts]
            assert len(ends) >= 3
            assert max(ends) <= right + 1, f"cut off at {width} pixels"
            assert image.bounding_box()["width"] >= 600 - 1, "too small to be read"
            image.evaluate("one => one.parentElement.scrollTo(9999, 0)")
            end = image.evaluate("one => one.getBoundingClientRect().right")
            assert end <= right + 1, "its right end cannot be reached"
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
