"""Says in words what is wrong with a set-up, and what to do."""

import re
import sys
from importlib import import_module, metadata
from pathlib import Path

from packaging.requirements import Requirement

from bnviz.saving import WIDGET_VIEW

FOLDER = Path(__file__).resolve().parent
# one for a reader's own machine, one for everywhere else
WAY_OUT = ": start with `python3 run.py lab`, or run `%pip install {}` and restart the kernel."
PACKAGES = "numpy", "matplotlib", "PIL", "ipywidgets", "IPython", "tqdm", "packaging"
FINE = "What bnviz needs is there"
SAVED = "Once you run this cell, it says whether sliders will move here, too."
NO_SLIDERS = (
    "JupyterLab: start it with `python3 run.py lab`, which brings what they need. VS Code: let it "
    "download the scripts of widgets (setting `jupyter.widgetScriptSources`)."
)


def check_setup():
    """Print what is wrong with this set-up and what to do; where nothing is, try a widget."""
    needs = [*wrong_versions(), *wrong_folder()]
    wrong = [what + WAY_OUT.format(package) for what, package in needs]
    wrong = wrong or [*wrong_names(PACKAGES)] or [*wrong_imports()]
    for sentence in wrong:
        print(sentence)
    return None if wrong else WidgetTrial()


def wrong_versions():
    """Yield what is wrong and what to install, for packages missing or older than bnviz needs."""
    for needed in map(Requirement, metadata.requires("bnviz") if version("bnviz") else []):
        found = version(needed.name)
        fits = found and needed.specifier.contains(found, prereleases=True)
        if not (fits or needed.marker):  # extras have a marker
            what = f"bnviz needs {needed.name}{needed.specifier}, and here is {found or 'none'}"
            yield what, f"--upgrade {needed.name}"


def version(package):
    """Return the version of an installed package as text, None where it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def wrong_folder():
    """Yield the same if bnviz is not installed, or not the one beside the notebook."""
    root, here = FOLDER.parent, Path.cwd().resolve()
    if not version("bnviz"):
        yield f"bnviz is not installed, only found in {root}", f"--editable {root}"
    for place in (here, here.parent):
        if (place / "bnviz/__init__.py").exists() and code(place / "bnviz") != code(FOLDER):
            what = f"This notebook stands in {place}, but bnviz comes from {FOLDER}, and is another"
            yield what, f"--editable {place}"


def code(folder):
    """Return the code of a package by file, to tell a copy from another version."""
    paths = [path.relative_to(folder) for path in folder.rglob("*.py")]
    # but for .ipynb_checkpoints, and the ._live.py that macOS puts beside a live.py
    names = [path for path in paths if not any(part[0] == "." for part in path.parts)]
    return {name: (folder / name).read_text("utf-8") for name in names}


def wrong_names(names):
    """Yield a sentence for what lies beside the notebook and hides a module of the same name."""
    for name in names:
        for path in (Path(f"{name}.py"), Path(name, "__init__.py")):
            if path.exists():
                yield (
                    f"{path} beside this notebook hides the {name} that bnviz needs: rename it, "
                    "then restart the kernel."
                )


def wrong_imports():
    """Yield a sentence for what is installed and does not import, as after an interrupt."""
    for package in ("numpy", "matplotlib.figure", "ipywidgets"):
        try:
            import_module(package)
        except Exception as error:
            if hidden := [*wrong_names(sorted(sys.stdlib_module_names))]:
                yield from hidden
                return
            yield (
                f"{package} is installed, but this kernel cannot import it ({error}). So it is "
                "after an import that was interrupted: restart the kernel, then run this cell."
            )


class WidgetTrial:
    """A widget where the page shows widgets, else the words that take its place."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        import ipywidgets as widgets  # here, as a set-up without it should get to its sentence

        trial = widgets.HTML(f"{FINE}, and this page shows sliders.")
        view = {"version_major": 2, "version_minor": 0, "model_id": trial.model_id}
        way_out = re.sub("`(.+?)`", r"<code>\1</code>", NO_SLIDERS)
        return {
            WIDGET_VIEW: view,
            "text/html": f"<p>{FINE}. {SAVED}</p>"
            f"<details><summary>You have run it, and still read this?</summary>{way_out}</details>",
            "text/plain": f"{FINE}. {SAVED} You have run it, and still read this? {NO_SLIDERS}",
        }
