"""Set bnviz up and use it, with nothing but Python 3.10 or newer:

    python3 run.py lab        open the first notebook in JupyterLab
    python3 run.py test       check the style, run every test and every notebook
    python3 run.py refresh    run the notebooks (or those named) and save what they show
    python3 run.py bench      measure redraw, browser and training (or those named), in tables
    python3 run.py matrix     test oldest, newest, colab, binder (or those named), from nothing

What follows the command is passed on: `lab --port 9999`, `test tests/test_run.py -k stamp`.
The first start makes `.venv` beside this file; later starts find it ready.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# started from inside .venv, the Python that .venv was made with: remaking removes the other
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
# a second thread slows arrays as small as ours down, up to ten times
ONE_THREAD = dict.fromkeys(
    ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"], "1"
)
# which versions to install; those who test with others name another file
CONSTRAINTS = os.environ.get("BNVIZ_CONSTRAINTS", "constraints.txt")
# a progress bar appears only where a run is slow, so it must not count as what a cell shows
NO_BARS = {"TQDM_DISABLE": "1"}
BENCHMARKS = ["redraw", "browser", "training"]
COLAB, BINDER = "https://colab.research.google.com", "https://mybinder.org"
BADGES = """\
[![Open in Colab]({colab}/assets/colab-badge.svg)]({colab}/github/{repository}/blob/main/notebooks/{name})
[![Open on Binder]({binder}/badge_logo.svg)]({binder}/v2/gh/{repository}/main?urlpath=lab/tree/notebooks/{name})"""  # noqa: E501
INSTALL = """\
from importlib.util import find_spec

if not find_spec("bnviz"):  # on Colab, say: this brings it and changes nothing else
    %pip install --quiet --no-deps git+https://github.com/{repository}"""
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def lab(arguments):
    """Open JupyterLab on the first notebook."""
    set_up("lab")
    return call("-m", "jupyterlab", "notebooks/00_start_here.ipynb", *arguments)


def test(arguments):
    """Check the style, run every test and every notebook; given arguments, pytest alone."""
    set_up("test")
    if arguments:
        return call("-m", "pytest", *arguments, **NO_BARS, **strict())
    return (
        call("-m", "ruff", "check", ".")
        or call("-m", "ruff", "format", "--check", ".")
        or call("-m", "pytest", **NO_BARS, **strict())
    )


def refresh(arguments):
    """Run notebooks in place, then drop from them what no reader without a kernel can see."""
    set_up("lab")
    paths = arguments or sorted(str(path) for path in HERE.glob("notebooks/*.ipynb"))
    link_home(paths)
    options = ["--to=notebook", "--execute", "--inplace"]
    options += ["--ExecutePreprocessor.record_timing=False"]
    options += ["--ExecutePreprocessor.store_widget_state=False"]
    code = call("-m", "nbconvert", *options, *paths, **NO_BARS)
    for path in filter(Path.exists, [HERE / path for path in paths]):
        clean(path)  # after a failure, too: some notebooks may have been run
    return code


def bench(arguments):
    """Run the benchmarks, or those named, one after the other."""
    names = arguments or BENCHMARKS
    if set(names) - set(BENCHMARKS):
        sys.exit(f"bench knows {', '.join(BENCHMARKS)}, not '{' '.join(names)}': name one or more.")
    set_up("bench")
    for name in names:
        code = call(f"tests/benchmarks/{name}.py", **NO_BARS)
        if code:
            return code
    return 0


def matrix(arguments):
    """Make the places where the notebooks are opened (or those named), and test in each."""
    places = HERE / "tests" / "places" / "matrix.py"
    return call(places, *arguments, python=BASE_PYTHON, **NO_BARS, **strict())


COMMANDS = {"lab": lab, "test": test, "refresh": refresh, "bench": bench, "matrix": matrix}


def link_home(paths):
    """Point the README's links and the first cells of notebooks at the home in pyproject.toml."""
    readme = HERE / "README.md"
    readme.write_bytes(at_home(readme.read_text(encoding="utf-8")).encode("utf-8"))
    for path in filter(Path.exists, [HERE / path for path in paths]):
        notebook = json.loads(at_home(path.read_text(encoding="utf-8")))
        cells = [cell for cell in notebook["cells"] if cell.get("id") not in ("badges", "install")]
        notebook["cells"] = cells[:1] + first_cells(path.name) + cells[1:]
        save(path, notebook)


def at_home(text):
    """Return a text whose links to this project, wherever it was at home, lead to its home."""
    for former in set(re.findall(COLAB + r"/github/([\w.-]+/[\w.-]+)/blob/", text)):
        text = text.replace("/" + former, "/" + repository())
    return text


def repository():
    """Return OWNER/NAME of the project on GitHub: pyproject.toml is the one place that says it."""
    text = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    return re.search('^Home = "https://github.com/(.+)"', text, re.MULTILINE).group(1)


def first_cells(name):
    """Return the badges and the cell that installs bnviz, for the notebook with that file name."""
    where = {"colab": COLAB, "binder": BINDER, "repository": repository(), "name": name}
    badges, install = (text.format(**where).splitlines(True) for text in (BADGES, INSTALL))
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    return [
        {"cell_type": "markdown", "id": "badges", "metadata": {}, "source": badges},
        {**code, "id": "install", "metadata": {}, "source": install},
    ]


def clean(path):
    """Save a notebook with its pictures in place of widget views, and the same metadata always."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"] = NOTEBOOK_METADATA  # the widgets' state was in here, too
    for cell in [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]:
        cell["outputs"] = merge(cell["outputs"])
        for data in [output.get("data", {}) for output in cell["outputs"]]:
            if set(data) - {WIDGET_VIEW, "text/plain"}:
                data.pop(WIDGET_VIEW, None)
    save(path, notebook)


def save(path, notebook):
    """Write a notebook in the one form that gives the same bytes for the same content."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_bytes(text.encode("utf-8"))


def merge(outputs):
    """Join what was printed in pieces: where the pieces end depends on the clock."""
    merged = []
    for output in outputs:
        if (
            merged
            and output["output_type"] == "stream"
            and output["name"] == merged[-1].get("name")
        ):
            pieces = merged[-1]["text"] + output["text"]
            merged[-1]["text"] = "".join(pieces).splitlines(keepends=True)
        else:
            merged.append(output)
    return merged


def set_up(extra):
    """Make `.venv` with `bnviz[extra]` in it, unless its stamp says that it is there."""
    stamps, stamp = set(VENV.glob(f"*.{fingerprint()}")), VENV / f"{extra}.{fingerprint()}"
    if stamp in stamps and PYTHON.exists():
        return
    for broken in stamps:  # no stamp while we work: an interrupted set-up is not trusted
        broken.unlink()
    if not (stamps and PYTHON.exists()):
        stamps = set()
        make_venv()
    print(f"Installing what `{extra}` needs, a minute or two ...", flush=True)
    pip = ["uv", "pip"] if shutil.which("uv") else [PYTHON, "-m", "pip"]
    python = ["--python", PYTHON] if shutil.which("uv") else []
    must(*pip, "install", "--quiet", *python, "-e", f".[{extra}]", "-c", CONSTRAINTS)
    for path in stamps | {stamp}:
        path.touch()


def fingerprint():
    """Return a hash of all that `.venv` was made from; it is remade when any of it changes."""
    made_from = [(HERE / name).read_bytes() for name in ("pyproject.toml", CONSTRAINTS)]
    return hashlib.sha256(repr((made_from, sys.version, HERE)).encode()).hexdigest()[:16]


def make_venv():
    """Make an empty `.venv`, whatever was there before."""
    print(f"Making {VENV} ...", flush=True)
    if VENV.exists():
        shutil.rmtree(str(VENV))
    if shutil.which("uv"):
        must("uv", "venv", "--quiet", "--python", BASE_PYTHON, VENV)
    elif importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        must(BASE_PYTHON, "-m", "venv", VENV)
    else:
        sys.exit(
            "This Python comes without its venv module: install it "
            "(Debian, Ubuntu: sudo apt install python3-venv) or install uv, then start again."
        )


def must(*command):
    """Run one step of the set-up; where it fails, stop with a sentence."""
    command = [str(part) for part in command]
    try:
        code = subprocess.call(command, cwd=str(HERE))
    except KeyboardInterrupt:
        sys.exit("Set-up interrupted: the next start begins it anew.")
    if code:
        sys.exit(
            f"The set-up stopped at `{' '.join(command)}` (exit code {code}): see the message "
            "above, check that this machine is online, then start again."
        )


def strict():
    """Return the setting by which a warning out of our own code is an error, in kernels too."""
    rooms = [path.relative_to(HERE).with_suffix("") for path in sorted(HERE.glob("bnviz/**/*.py"))]
    names = [".".join(room.parts).replace(".__init__", "") for room in rooms]
    return {"PYTHONWARNINGS": ",".join("error:::" + name for name in names)}


def call(*arguments, python=None, **settings):
    """Run `.venv`'s Python in this folder, its environment set; return its exit code."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the child, which may ask back
    command = [str(python or PYTHON)] + [str(argument) for argument in arguments]
    environment = {**ONE_THREAD, **os.environ, **settings}
    return subprocess.call(command, cwd=str(HERE), env=environment)


def main(arguments):
    """Do what the first argument says with the rest of them; return the exit code."""
    if sys.version_info < (3, 10):  # noqa: UP036 (an older Python should get to read this)
        version = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"bnviz needs Python 3.10 or newer, and this is Python {version}: install a newer one "
            "and start run.py with it."
        )
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    if arguments[0] not in COMMANDS:
        sys.exit(f"run.py knows {', '.join(COMMANDS)}, not '{arguments[0]}': try run.py --help.")
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
