"""Checks that say in words what is wrong, and what to do."""

import re
from importlib import metadata
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
FINE = "What bnviz needs is there"
NO_SLIDERS = (
    "If you have run this cell and read this sentence, this page shows no sliders. JupyterLab: run "
    "`pip install ipywidgets` in the Python that starts it, start it anew and reload the page, or "
    "leave all of that to `python3 run.py lab`. VS Code: let it download the scripts of widgets "
    "(setting `jupyter.widgetScriptSources`)."
)


def check_setup():
    """Print what is wrong with this set-up and what to do; where nothing is, try a widget."""
    wrong = [*wrong_versions(), *wrong_folder()]
    for sentence in wrong:
        print(sentence)
    return None if wrong else WidgetTrial()


def wrong_versions():
    """Yield a sentence for every package that is missing or older than bnviz needs."""
    for package, oldest in lower_bounds():
        found = version(package)
        if not found or numbers(found) < numbers(oldest):
            yield (
                f"bnviz needs {package} {oldest} or newer, and here is {found or 'none'}: "
                + way_out(f"--upgrade {package}")
            )


def lower_bounds():
    """Return (package, oldest version) of what bnviz says that it needs."""
    said = metadata.requires("bnviz") if version("bnviz") else []
    matches = [re.fullmatch(r"([\w-]+)>=([\d.]+)", needed) for needed in said]
    return [match.groups() for match in matches if match]  # what an extra needs has more in it


def version(package):
    """Return the version of an installed package as text, None where it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def numbers(text):
    """Return the leading numbers of a version, "2.1.0rc1" as [2, 1, 0]."""
    return [int(number) for number in re.match(r"[\d.]*\d", text)[0].split(".")]


def wrong_folder():
    """Yield a sentence if bnviz is not installed, or not the one beside the notebook."""
    if not version("bnviz"):
        yield (
            f"bnviz is not installed, only found in {FOLDER.parent}: "
            + way_out(f"--editable {FOLDER.parent}")
        )
    for here in (Path.cwd().resolve(), Path.cwd().resolve().parent):
        if (here / "bnviz" / "__init__.py").exists() and code_in(here / "bnviz") != code_in(FOLDER):
            yield (
                f"This notebook stands in {here}, but bnviz comes from {FOLDER}, and is another: "
                + way_out(f"--editable {here}")
            )


def code_in(folder):
    """Return the code of a package by file, to tell a copy from another version."""
    return {path.relative_to(folder): path.read_text("utf-8") for path in folder.rglob("*.py")}


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
