"""Set bnviz up and use it, with nothing but Python 3.10 or newer:

    python3 run.py lab        open the first notebook in JupyterLab, or the one named
    python3 run.py slides     the same, with a button for slides whose sliders move
    python3 run.py site       make the static site whose notebooks run in the reader's browser
    python3 run.py export     convert notebooks, as in `export --to pdf NOTEBOOK`
    python3 run.py marks      say what is right and wrong in a folder of handed-in notebooks

    python3 run.py test       check the style, run every test and every notebook
    python3 run.py refresh    run the notebooks (or those named) and save what they show
    python3 run.py bench      measure redraw, browser and training (or those named), in tables
    python3 run.py nox        test in the places where notebooks are opened, as `nox -s colab`

What follows the command is passed on: `lab --port 9999`, `test tests/test_run.py -k upgrade`.
The first start makes `.venv` beside this file; later starts find it ready.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE / "tools"
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MARK = VENV / "made_by_run_py.txt"  # by it a .venv of ours is known; it says what is in there
# a second thread slows arrays as small as ours down, up to ten times
ONE_THREAD = dict.fromkeys(
    ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"], "1"
)
# a progress bar appears only where a run is slow, so it must not count as what a cell shows
NO_BARS = {"TQDM_DISABLE": "1"}
# command -> extra of pyproject.toml that it needs, and what .venv's Python is started with
SCRIPTS = {
    "export": ("lab", "-m", "nbconvert", "--config", TOOLS / "export.py"),
    "marks": ("lab", "-m", "bnviz.practice.marks"),
    "refresh": ("lab", TOOLS / "refresh.py"),
    "bench": ("bench", HERE / "tests" / "benchmarks"),
    "nox": ("places", "-m", "nox", "-f", HERE / "noxfile.py"),
}


# The commands


def lab(arguments, extra="lab"):
    """Open JupyterLab on a notebook, where the reader's own Jupyter settings may not lead away."""
    named = [name for name in arguments[:1] if not name.startswith("-")]
    path = find(*named or ["00_start_here"])
    root = HERE if HERE in path.parents else path.parent
    options = [f"--config={TOOLS / 'lab' / 'config.py'}"]
    options += [f"--ServerApp.root_dir={root}", f"--FileContentsManager.root_dir={root}"]
    options += [f"--FileContentsManager.preferred_dir={root}"]
    set_up(extra)
    os.chdir(str(HERE))
    return call("-m", "jupyterlab", path, *options, *arguments[len(named) :])


def slides(arguments):
    """Open JupyterLab with a button that shows a notebook as slides, whose sliders move."""
    return lab(arguments, "slides")


def find(name):
    """Return the path of a notebook, named from where the reader is or from the project."""
    for folder in (Path.cwd(), HERE, HERE / "notebooks"):
        for path in (folder / name, folder / f"{name}.ipynb"):
            if path.is_file():
                return path.resolve()
    sys.exit(f"There is no notebook {name}, neither in {Path.cwd()} nor in {HERE / 'notebooks'}.")


def test(arguments):
    """Check the style, run every test and every notebook; given arguments, pytest alone."""
    set_up("test")
    os.chdir(str(HERE))
    if arguments:
        return call("-m", "pytest", *arguments, **NO_BARS)
    every_core = ["-n", "auto", "--dist", "loadgroup"]
    return (
        call("-m", "ruff", "check", ".")
        or call("-m", "ruff", "format", "--check", ".")
        or call("-m", "pytest", *every_core, "--nbval", "tests", "notebooks", **NO_BARS)
        or call("-m", "tests.editorial")
    )


def site(arguments):
    """Make the static site, in a folder that is named or in `site`."""
    return call(TOOLS / "site.py", *arguments, python=sys.executable)


def call(*arguments, python=PYTHON, **settings):
    """Run `.venv`'s Python, its environment set; return its exit code."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the child, which may ask back
    command = [str(part) for part in (python, *arguments)]
    return subprocess.call(command, env={**ONE_THREAD, **os.environ, **settings})


# The set-up


def set_up(extra):
    """Have `bnviz[extra]` in `.venv`, in the versions that are asked for today."""
    wanted = f"{extra} {fingerprint()}"
    if PYTHON.exists() and wanted in installed():
        return
    if not PYTHON.exists() or not installed():
        make_venv()
    print(f"Installing what `{extra}` needs, a minute or two ...", flush=True)
    install = ["install", "--quiet", "-e", f".[{extra}]", "-c", "constraints.txt"]
    if shutil.which("uv"):  # it does what pip does, and faster
        must("uv", "pip", *install, "--python", PYTHON)
    else:
        must(PYTHON, "-m", "pip", *install, "--no-user")
    still_true = [line for line in installed() if line.endswith(fingerprint())]
    MARK.write_text("\n".join([*still_true, wanted]))


def installed():
    """Return what `.venv` was given: lines of an extra and the fingerprint of its versions."""
    return MARK.read_text().splitlines() if MARK.exists() else []


def fingerprint():
    """Return a hash of what `.venv` is to hold: which packages, which versions, whose bnviz."""
    project = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    lists = r"(?ms)^dependencies = .*?^\]|^\[project\.optional-dependencies\].*?(?=^\[)"
    made_from = re.findall(lists, project), (HERE / "constraints.txt").read_bytes(), HERE
    return hashlib.sha256(repr(made_from).encode()).hexdigest()[:16]


def make_venv():
    """Make an empty `.venv`, in place of one of ours that is of no use."""
    if VENV.is_symlink() or (VENV.exists() and not MARK.exists()):
        sys.exit(
            f"{VENV} is not a folder that run.py made, and it touches no other: rename or remove "
            "it, then start again."
        )
    print(f"Making {VENV} ...", flush=True)
    try:
        shutil.rmtree(str(VENV), ignore_errors=True)
        VENV.mkdir()
        MARK.touch()
    except OSError as error:
        sys.exit(f"run.py makes .venv beside itself ({error}): copy it to a folder of your own.")
    if shutil.which("uv"):
        options = ["--quiet", "--seed", "--allow-existing", "--python", sys.executable]
        must("uv", "venv", *options, VENV)
    else:
        must(sys.executable, "-m", "venv", VENV)


def must(*command):
    """Run one step of the set-up; where it fails, stop with a sentence."""
    command = [str(part) for part in command]
    code = subprocess.call(command, cwd=str(HERE))
    if code:
        sys.exit(
            f"The set-up stopped at `{' '.join(command)}` (exit code {code}): see the message "
            "above, check that this machine is online, then start again."
        )


def main(arguments):
    """Do what the first argument says with the rest of them; return the exit code."""
    if sys.version_info < (3, 10):  # noqa: UP036 (an older Python should get to read this)
        version = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"bnviz needs Python 3.10 or newer, and this is Python {version}: start a newer.")
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    command, *rest = arguments
    if command in COMMANDS:
        return COMMANDS[command](rest)
    if command in SCRIPTS:
        extra, *script = SCRIPTS[command]
        set_up(extra)
        return call(*script, *rest, **NO_BARS)
    known = ", ".join([*COMMANDS, *SCRIPTS])
    sys.exit(f"run.py knows {known}, not '{command}': try run.py --help.")


COMMANDS = {"lab": lab, "slides": slides, "site": site, "test": test}

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Set-up interrupted: the next start begins it anew.")
