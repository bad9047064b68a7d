"""The pages of the site that need no kernel, without a browser: where their links lead."""

import re

from PIL import Image

from tools import front, refresh

README = (front.ROOT / "README.md").read_text(encoding="utf-8")
NAMES = {path.stem for path in (front.ROOT / "notebooks").glob(refresh.SERIES)}


def test_the_map_leads_to_every_notebook_as_a_page_and_live():
    page = front.with_links(front.section(README, "The notebooks"), front.BOTH)
    assert set(re.findall(r'href="read/(\w+)\.html"', page)) == NAMES
    assert set(re.findall(r'href="notebooks/index\.html\?path=(\w+)\.ipynb"', page)) == NAMES


def test_the_routes_lead_to_pages_and_to_nothing_else():
    page = front.with_links(front.section(README, "Where to begin"), front.TO_READ)
    links = re.findall('href="(.+?)"', page)
    assert len(links) >= 10
    assert {link.removeprefix("read/").removesuffix(".html") for link in links} <= NAMES


def test_the_film_is_small_and_moves():
    path = front.ROOT / ".github" / "scale_shift.webp"
    assert path.stat().st_size < 500_000
    with Image.open(path) as film:
        assert film.n_frames >= 20
