"""Says in words what is wrong with a set-up, and what to do."""

import re
from importlib import import_module, metadata
from pathlib import Path

from packaging.requirements import Requirement

FOLDER = Path(__file__).resolve().parent
FINE = "What bnviz needs is there"
NO_SLIDERS = (
    "If you have run this cell and read this sentence, this page shows no sliders. JupyterLab: "
    "start it with `python3 run.py lab`, which brings what they need. VS Code: let it download the "
    "scripts of widgets (setting `jupyter.widgetScriptSources`)."
)


def check_setup():
    """Print what is wrong with this set-up and what to do; where nothing is, try a widget."""
    wrong = [*wrong_versions(), *wrong_folder()] or [*wrong_imports()]
    for sentence in wrong:
        print(sentence)
    return None if wrong else WidgetTrial()


def wrong_versions():
    """Yield a sentence for every package that is missing or older than bnviz needs."""
    for needed in requirements():
        found = version(needed.name)
        if not found or not needed.specifier.contains(found, prereleases=True):
            yield (
                f"bnviz needs {needed.name}{needed.specifier}, and here is {found or 'none'}: "
                + way_out(f"--upgrade {needed.name}")
            )


def requirements():
    """Return what bnviz says that it needs, without its extras."""
    said = metadata.requires("bnviz") if version("bnviz") else []
    return [needed for needed in map(Requirement, said) if not needed.marker]


def version(package):
    """Return the version of an installed package as text, None where it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def wrong_folder():
    """Yield a sentence if bnviz is not installed, or not the one beside the notebook."""
    if not version("bnviz"):
        yield (
            f"bnviz is not installed, only found in {FOLDER.parent}: "
            + way_out(f"--editable {FOLDER.parent}")
        )
    for here in (Path.cwd().resolve(), Path.cwd().resolve().parent):
        if (here / "bnviz" / "__init__.py").exists() and code(here / "bnviz") != code(FOLDER):
            yield (
                f"This notebook stands in {here}, but bnviz comes from {FOLDER}, and is another: "
                + way_out(f"--editable {here}")
            )


def code(folder):
    """Return the code of a package by file, to tell a copy from another version."""
    files = [path.relative_to(folder) for path in folder.rglob("*.py")]
    hidden = [file for file in files if file.parent.name.startswith(".")]  # .ipynb_checkpoints
    return {file: (folder / file).read_text("utf-8") for file in files if file not in hidden}


def wrong_imports():
    """Yield a sentence for what is installed and does not import, as after an interrupt."""
    for package in ("numpy", "matplotlib.figure", "ipywidgets"):
        try:
            import_module(package)
        except Exception as error:
            yield (
                f"{package} is installed, but this kernel cannot import it ({error}). So it is "
                "after an import that was interrupted: restart the kernel, then run this cell."
            )


def way_out(what):
    """Return the two ways out: one for a reader's own machine, one for everywhere else."""
    return f"start with `python3 run.py lab`, or run `%pip install {what}` and restart the kernel."


class WidgetTrial:
    """A widget where the page shows widgets, else the words that take its place."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        import ipywidgets as widgets  # here, as a set-up without it should get to its sentence

        trial = widgets.HTML(f"{FINE}, and this page shows sliders.")
        return {
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 0,
                "model_id": trial.model_id,
            },
            "text/html": re.sub("`(.+?)`", r"<code>\1</code>", f"<p>{FINE}. {NO_SLIDERS}</p>"),
            "text/plain": f"{FINE}. {NO_SLIDERS}",
        }
