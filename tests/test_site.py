"""The static site without a browser: what its notebooks are, and what it may replace."""

import json

import nbformat
import pytest

from tools import site

ORIGINALS = site.ROOT / "notebooks"
NAME = "04_bias_cancellation.ipynb"


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copied") / "notebooks"
    return folder, site.copy_notebooks(folder)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_copies_are_the_notebooks_but_for_two_cells_and_the_kernel(copied):
    folder, _ = copied
    originals = sorted(ORIGINALS.glob("*.ipynb"))
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


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """The path of the only notebook of a project, from which the site is made."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(site, "ROOT", tmp_path)
    return tmp_path / "notebooks" / NAME


def test_a_copy_tells_its_release_and_another_text_is_another_release(copied, alone):
    folder, releases = copied
    assert read(folder / NAME)["metadata"]["release"] == releases[NAME]
    assert len(set(releases.values())) == len(releases)
    notebook = read(ORIGINALS / NAME)
    for edit in ("", " and something more"):
        notebook["cells"][0]["source"][-1] += edit
        alone.write_text(json.dumps(notebook), encoding="utf-8")
        again = site.copy_notebooks(alone.parents[1] / f"copied{edit}")
        assert (again[NAME] == releases[NAME]) == (not edit)


def test_the_two_cells_are_known_without_their_ids(alone):
    notebook = read(ORIGINALS / NAME)
    for cell in notebook["cells"]:
        del cell["id"]
    alone.write_text(json.dumps(notebook), encoding="utf-8")
    copies = alone.parents[1] / "copied"
    site.copy_notebooks(copies)
    _, own_copy, install, *_ = read(copies / NAME)["cells"]
    assert f"#original-{NAME})" in own_copy["source"]
    assert install["source"] == site.INSTALL


def test_a_notebook_without_them_gets_a_sentence(alone):
    nbformat.write(nbformat.v4.new_notebook(), alone)
    with pytest.raises(SystemExit, match=f"^{NAME} has 0 cells with /assets/colab-badge"):
        site.copy_notebooks(alone.parents[1] / "copied")


def test_it_replaces_a_site_and_nothing_else(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit, match="holds no site of ours"):
        site.build(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
