"""The static site without a browser: what its notebooks are, and what it may replace."""

import json
import re

import nbformat
import pytest

from tools import site


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copied") / "notebooks"
    return folder, site.copy_notebooks(folder)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_copies_are_the_notebooks_but_for_two_cells_and_the_kernel(copied):
    folder, _ = copied
    originals = sorted(site.ROOT.glob("notebooks/*.ipynb"))
    assert [path.name for path in originals] == sorted(path.name for path in folder.iterdir())
    for path in originals:
        ours, theirs = read(path), read(folder / path.name)
        assert theirs["metadata"]["kernelspec"]["name"] == "python"
        changed = [
            mine["id"]
            for mine, other in zip(ours["cells"], theirs["cells"], strict=True)
            if in_one_piece(mine) != in_one_piece(other)
        ]
        assert changed == ["badges", "install"]


def in_one_piece(cell):
    """A cell, its lists of lines joined."""
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.reads(json.dumps(notebook), 4).cells[0]


def test_a_table_that_a_cell_shows_is_in_one_piece(copied):
    folder, releases = copied
    cells = [cell for name in releases for cell in read(folder / name)["cells"]]
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    tables = [data["text/markdown"] for data in shown if "text/markdown" in data]
    assert tables  # the ledger; a list would silence the page's table of contents
    assert all(isinstance(table, str) for table in tables)


def test_copies_have_no_badges_and_install_what_the_site_has(copied):
    folder, releases = copied
    for name in releases:
        cells = {cell["id"]: "".join(cell["source"]) for cell in read(folder / name)["cells"]}
        assert "https:" not in cells["badges"] + cells["install"]
        assert f"#original-{name})" in cells["badges"]
        assert cells["install"].endswith("%pip install --quiet bnviz")


def test_links_lead_to_notebooks_that_are_there(copied):
    folder, releases = copied
    targets = [
        target
        for name in releases
        for cell in read(folder / name)["cells"]
        if cell["cell_type"] == "markdown"
        for target in re.findall(r"\]\(([^)#]+\.ipynb)", "".join(cell["source"]))
    ]
    assert targets
    assert {target for target in targets if ":" not in target} <= set(releases)


def test_a_copy_tells_its_release_and_another_text_is_another_release(
    copied, tmp_path, monkeypatch
):
    folder, releases = copied
    name = "04_bias_cancellation.ipynb"
    assert read(folder / name)["metadata"]["release"] == releases[name]
    assert len(set(releases.values())) == len(releases)
    (tmp_path / "notebooks").mkdir()
    notebook = read(site.ROOT / "notebooks" / name)
    for edit in ("", " and something more"):
        notebook["cells"][0]["source"] += [edit] if edit else []
        (tmp_path / "notebooks" / name).write_text(json.dumps(notebook), encoding="utf-8")
        monkeypatch.setattr(site, "ROOT", tmp_path)
        again = site.copy_notebooks(tmp_path / f"copied{edit}")
        assert (again[name] == releases[name]) == (not edit)


@pytest.mark.parametrize("ids", ["dropped", "renewed"])
def test_the_two_cells_are_known_without_their_ids(tmp_path, monkeypatch, ids):
    name = "04_bias_cancellation.ipynb"
    notebook = read(site.ROOT / "notebooks" / name)
    for at, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{at}"
        if ids == "dropped":
            del cell["id"]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / name).write_text(json.dumps(notebook), encoding="utf-8")
    monkeypatch.setattr(site, "ROOT", tmp_path)
    site.copy_notebooks(tmp_path / "copied")
    _, own_copy, install, *_ = read(tmp_path / "copied" / name)["cells"]
    assert f"#original-{name})" in own_copy["source"]
    assert install["source"] == site.INSTALL


def test_a_notebook_without_them_gets_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "notebooks" / "50_new.ipynb")
    monkeypatch.setattr(site, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=r"^50_new\.ipynb has 0 cells with /assets/colab-badge"):
        site.copy_notebooks(tmp_path / "copied")


def test_it_replaces_a_site_and_nothing_else(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit, match="holds no site of ours"):
        site.build(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
