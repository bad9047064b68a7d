"""The arrows between the rooms of the package go one way."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "bnviz"
ARROWS = {
    "arguments": {"numpy"},
    "batchnorm": {"arguments", "numpy"},
    "network": {"batchnorm", "arguments", "numpy"},
    "training": {"network", "batchnorm", "arguments", "numpy", "threadpoolctl", "tqdm"},
    "convolution": {"training", "network", "numpy"},
    "digits": {"numpy"},
    "measures": {"arguments", "numpy"},
    "example": {"training", "network", "batchnorm", "digits", "measures", "numpy"},
    "recordings": {"example", "training", "network", "batchnorm", "digits", "measures", "numpy"},
    "style": {"numpy", "matplotlib", "PIL"},
    "pictures": {"style", "numpy", "matplotlib", "PIL"},
    "panels": {"pictures", "style", "measures", "numpy"},
    "saving": set(),
    "live": {"saving", "style", "ipywidgets", "IPython"},
    "explore": {"live", "panels", "pictures", "style", "example", "recordings", "network",
                "batchnorm", "digits", "measures", "arguments", "numpy", "matplotlib"},
    "practice.trials": {"numpy"},
    "practice.programs": {"network", "numpy"},
    "practice.exercises": {"practice.trials", "practice.programs", "network", "batchnorm",
                           "digits", "numpy"},
    "practice.words": set(),
    "practice.verdict": set(),
    "practice.checks": {"practice.exercises", "practice.trials", "practice.verdict",
                        "practice.words", "numpy"},
    "practice.predict": {"live", "practice.words", "ipywidgets"},
    "practice.marks": {"practice.checks", "practice.exercises", "practice.verdict", "IPython",
                       "jupyter_client", "nbclient", "nbformat", "traitlets"},
    "practice.answers": {"practice.checks", "practice.exercises"},
    "practice.claims": {"IPython"},
    "setup_check": {"saving", "ipywidgets", "packaging"},
}  # fmt: skip
HALLS = {"bnviz.practice"}  # folders that hold rooms and are none


def files(room):
    """Return the source files of a room, be it a module or a folder."""
    place = room.replace(".", "/")
    return [*PACKAGE.glob(f"{place}.py"), *PACKAGE.glob(f"{place}/*.py")]


def room_of(name):
    """Return the room that a module of the package is in, or the library that it belongs to."""
    within = name.removeprefix("bnviz.")
    rooms = [room for room in ARROWS if f"{within}.".startswith(f"{room}.")]
    return max(rooms, key=len, default=within.split(".")[0])


def imported(path):
    """Return what a file imports, wherever in it: rooms by their name, libraries by theirs."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by dots: write bnviz.{node.module}"
            whole = node.module in ("bnviz", *HALLS)
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= parts if whole else {node.module}
    return {room_of(name) for name in names} - sys.stdlib_module_names


def test_every_room_has_its_arrows_here():
    named = {path for room in ARROWS for path in files(room)}
    halls = {PACKAGE.parent / hall.replace(".", "/") / "__init__.py" for hall in HALLS}
    assert named | halls | {PACKAGE / "__init__.py"} == set(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("room", ARROWS)
def test_a_room_imports_only_what_its_arrows_point_to(room):
    sources = files(room)
    assert sources
    for path in sources:
        assert imported(path) <= ARROWS[room] | {room}, path.name


def test_no_arrow_runs_back():
    TopologicalSorter(ARROWS).prepare()  # refuses a circle


def test_the_package_and_its_halls_alone_load_nothing():
    code = "import sys; before = set(sys.modules); import bnviz.practice; "
    code += "print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.check_output([sys.executable, "-c", code], cwd=PACKAGE.parent, text=True)
    assert loaded.split() == ["bnviz", "bnviz.practice"]
