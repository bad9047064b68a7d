"""Every slider moved as by a reader: each demo natively, those of a notebook in the page itself."""

import pytest
from playwright.sync_api import expect

from tests.browser import lab

PRESSES = 52
RIGHT = "one => one.getBoundingClientRect().right"
SHAPE = "one => one.width / one.height / (one.naturalWidth / one.naturalHeight)"


def test_it_runs_without_complaint(ran):
    assert ran.demos.count() > 0
    assert not ran.complaints


def test_keyboard_brings_every_slider_to_both_ends(ran):
    for demo in range(ran.demos.count()):
        rows = ran.demos.nth(demo).locator(".widget-inline-hbox:has(.noUi-handle)").all()
        handles = [row.locator(".noUi-handle") for row in rows]
        for handle in handles:  # some do nothing before others have moved
            handle.press("End")
        end, others = lab.look(ran, demo), []
        for row, handle in zip(rows, handles, strict=True):
            handle.press("Home")
            seen = lab.look(ran, demo)
            expect(ran.get_by_role("alert")).to_have_count(0)
            readout = row.locator(".widget-readout").inner_text()
            expect(handle).to_have_attribute("aria-valuetext", readout)
            assert seen != end, f"{handle.get_attribute('aria-label')} does nothing"
            others.append(seen)
            handle.press("End")
        assert {one.picture for one in others} != {end.picture}, "the picture stands still"
        assert {one.caption for one in others} != {end.caption}, "the caption stands still"
    assert not ran.complaints


def test_no_press_is_lost_and_the_slider_keeps_the_keys(ran):
    handle = ran.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    for press in range(PRESSES):
        shown = lab.count(ran, 0)
        ran.keyboard.press(("ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp")[press % 4])
        lab.wait_for_pictures(ran, 0, shown + 1)
    expect(handle).to_be_focused()
    assert not ran.complaints


def test_a_fast_drag_ends_where_the_hand_ends(ran):
    handle = ran.locator(".noUi-handle").first
    handle.press("End")
    end = lab.look(ran, 0)
    handle.press("Home")
    start = lab.look(ran, 0)
    late = lab.drag(ran, 0, handle, moves=40)
    assert lab.look(ran, 0) == end != start
    assert late <= 2, "pictures were queued: one may be under way and one the last"
    assert not ran.complaints


@pytest.mark.xdist_group("lab")
class TestNative:
    def test_sliders_are_called_by_their_labels_and_the_caption_speaks(self, native):
        called = 0
        for box in native.demos.all():
            labels = box.locator(".widget-inline-hbox:has(.noUi-handle) .widget-label")
            for label in labels.all_inner_texts():
                expect(box.get_by_role("slider", name=label.strip(), exact=True)).to_have_count(1)
                called += 1
            expect(box.locator(".bnviz-words")).to_have_attribute("aria-live", "polite")
        assert called > 20  # more than one for a demo, in the mean

    def test_tab_reaches_every_control(self, native):
        fields = "input:not([type=hidden]), select, .noUi-handle, .widget-readout[contenteditable]"
        for box in native.demos.all():
            first, *others = box.locator(fields).all()
            first.focus()
            for field in others:
                native.keyboard.press("Tab")
                expect(field).to_be_focused()

    @pytest.mark.parametrize("width", [683, 390])  # half a laptop, a phone held upright
    def test_it_wraps_in_a_narrow_window_and_the_picture_scrolls_in_its_own(self, native, width):
        with lab.narrowed(native, width):
            for box in native.demos.all():
                room = box.locator("xpath=ancestor::*[contains(@class,'jp-OutputArea-output')]")
                end_of_room = room.last.evaluate(RIGHT) + 1
                image = box.locator("img.widget-image")
                window = image.locator("xpath=..")
                parts = [*box.locator(".widget-inline-hbox, .bnviz-words").all(), window]
                assert max(part.evaluate(RIGHT) for part in parts) <= end_of_room, "cut off"
                assert image.bounding_box()["width"] >= 600 - 1, "too small to be read"
                window.evaluate("one => one.scrollTo(9999, 0)")
                assert image.evaluate(RIGHT) <= end_of_room, "its right end cannot be reached"
                assert abs(image.evaluate(SHAPE) - 1) < 0.02, "squeezed"
