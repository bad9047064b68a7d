"""Set bnviz up and use it, with nothing but Python 3.10 or newer:

    python3 run.py lab        open the first notebook in JupyterLab, or the one named
    python3 run.py slides     the same, with a button for slides whose sliders move
    python3 run.py site       make the static site whose notebooks run in the reader's browser
    python3 run.py export     convert notebooks, as in `export --to pdf NOTEBOOK`
    python3 run.py marks      say what is right and wrong in a folder of handed-in notebooks

    python3 run.py test       check the style, run every test and every notebook
    python3 run.py refresh    run the notebooks (or those named) and save what they show
    python3 run.py bench      measure redraw, browser and training (or those named), in tables
    python3 run.py nox        test in the places where notebooks are opened: oldest, colab, ...
    python3 run.py mutants    show which small changes to the library no test notices

What follows the command is passed on: `lab --port 9999`, `test tests/test_run.py -k stamp`.
The first start makes `.venv` beside this file; later starts find it ready.
"""

import contextlib
import functools
import hashlib
import importlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS, TOOLS = HERE / "tests", HERE / "tools"
VENV, FORMER, NEW = HERE / ".venv", HERE / ".venv.former", HERE / ".venv.new"
LOCK = HERE / ".venv.lock"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# started from inside .venv, the Python that .venv was made with: remaking removes the other
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
# which versions to install; those who test with others name another file
CONSTRAINTS = HERE / os.environ.get("BNVIZ_CONSTRAINTS", "constraints.txt")
# a second thread slows arrays as small as ours down, up to ten times
ONE_THREAD = dict.fromkeys(
    ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"], "1"
)
# a progress bar appears only where a run is slow, so it must not count as what a cell shows
NO_BARS = {"TQDM_DISABLE": "1"}
STAMP = "*." + 16 * "[0-9a-f]"  # EXTRA.FINGERPRINT, and in it the names of what is installed
UNFINISHED = "unfinished"
LIST = """
from importlib.metadata import distributions
for one in distributions():
    lines = (one.read_text("RECORD") or "").splitlines()  # one.files leaves out what is missing
    tops = {line.partition(",")[0].partition("/")[0] for line in lines} - {"..", "__pycache__"}
    if all(one.locate_file(top).exists() for top in tops):
        print(one.metadata["Name"])
"""
OFFLINE = re.compile(
    "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|dns error|"
    "error sending request|[Nn]etwork is unreachable|[Cc]onnection refused"
)
# command -> extra of pyproject.toml that it needs, and what .venv's Python is started with
SCRIPTS = {
    "export": ("lab", "-m", "nbconvert", "--config", TOOLS / "export.py"),
    "marks": ("lab", "-m", "bnviz.practice.marks"),
    "refresh": ("lab", TOOLS / "refresh.py"),
    "bench": ("bench", TESTS / "benchmarks"),
    "nox": ("places", "-m", "nox", "-f", HERE / "noxfile.py"),
    "mutants": ("mutants", TOOLS / "mutants.py"),
}


# The commands


def lab(arguments, extra="lab"):
    """Open JupyterLab on a notebook, where the reader's own Jupyter settings may not lead away."""
    named = arguments[:1] if arguments and arguments[0].endswith(".ipynb") else []
    path = find(*named or ["00_start_here.ipynb"])
    set_up(extra)
    os.chdir(str(HERE))
    folders = ["ServerApp.root_dir", "FileContentsManager.root_dir"]
    folders += ["FileContentsManager.preferred_dir"]
    root = HERE if HERE in path.parents else path.parent
    options = [f"--{folder}={root}" for folder in folders] + arguments[len(named) :]
    return call("-m", "jupyterlab", path, *options)


def slides(arguments):
    """Open JupyterLab with a button that shows a notebook as slides, whose sliders move."""
    return lab(arguments, "slides")


def find(name):
    """Return the path of a notebook, named from where the reader is or from the project."""
    for folder in (Path.cwd(), HERE, HERE / "notebooks"):
        if (folder / name).is_file():
            return (folder / name).resolve()
    sys.exit(f"There is no notebook {name}, neither in {Path.cwd()} nor in {HERE / 'notebooks'}.")


def test(arguments):
    """Check the style, run every test and every notebook; given arguments, pytest alone."""
    set_up("test")
    os.chdir(str(HERE))
    if arguments:
        return call("-m", "pytest", *arguments)
    return (
        call("-m", "ruff", "check", ".")
        or call("-m", "ruff", "format", "--check", ".")
        or call("-m", "pytest", "-n", "auto", "--dist", "loadgroup")
        or call("-m", "pytest", "--nbval", "notebooks", "-n", "auto", "--dist", "loadscope")
    )


def site(arguments):
    """Make the static site, in a folder that is named or in `site`."""
    return call(TOOLS / "site.py", *arguments, python=BASE_PYTHON)


def call(*arguments, python=None, **settings):
    """Run `.venv`'s Python, its environment set; return its exit code."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the child, which may ask back
    command = [str(python or PYTHON)] + [str(argument) for argument in arguments]
    return subprocess.call(command, env={**ONE_THREAD, **os.environ, **settings})


# The set-up


def set_up(extra):
    """Make `.venv` with `bnviz[extra]` in it, unless it is there, and whole."""
    check_folder()
    if is_ready(extra):
        return
    check_python()
    with alone():
        put_back()
        stamps = list(VENV.glob(f"*.{fingerprint()}"))
        if is_ready(extra):  # another start has just made it
            return
        if any(is_ready(stamp.stem) for stamp in stamps):
            install(extra)
        else:
            make(extra, "packages of it are gone" if stamps else "what it is made from has changed")


def is_ready(extra):
    """Say whether all that was installed for `extra` is there, and is what is asked for today."""
    stamp = VENV / f"{extra}.{fingerprint()}"
    return stamp.exists() and set(stamp.read_text().split()) <= packages() != set()


def packages():
    """Return the names of the packages in `.venv`, none where its Python does not run."""
    try:
        return set(subprocess.check_output([str(PYTHON), "-I", "-c", LIST]).decode().split())
    except (OSError, subprocess.CalledProcessError):
        return set()


def fingerprint():
    """Return a hash of all that `.venv` was made from; it is remade when any of it changes."""
    made_from = [path.read_bytes() for path in (HERE / "pyproject.toml", CONSTRAINTS)]
    return hashlib.sha256(repr((made_from, sys.version, HERE)).encode()).hexdigest()[:16]


def check_folder():
    """Stop with a sentence where there is nothing that could be set up."""
    for path in (HERE / "pyproject.toml", HERE / "bnviz", CONSTRAINTS):
        if not path.exists():
            sys.exit(
                f"run.py needs {path}, which is not there: get the whole project, then start again."
            )


def check_python():
    """Stop with a sentence where this Python cannot make `.venv`, or not in this folder."""
    for name in ["ssl", "zlib", "ctypes", "sqlite3"] + ([] if uv() else ["venv", "ensurepip"]):
        try:
            importlib.import_module(name)
        except ImportError:
            sys.exit(
                f"This Python, {sys.executable}, lacks its module {name}: install what is missing "
                "(Debian, Ubuntu: sudo apt install python3-venv) or start run.py with another."
            )
    if not os.access(str(HERE), os.W_OK):
        sys.exit(
            f"run.py makes .venv beside itself, and you may not write in {HERE}: copy the project "
            "to a folder of your own and start it there."
        )
    if VENV.is_symlink() or (VENV.exists() and not any(VENV.glob(STAMP))):
        sys.exit(
            f"{VENV} is not a folder that run.py made, and it touches no other: rename or remove "
            "it, then start again."
        )


@contextlib.contextmanager
def alone():
    """Wait until no other start is setting up in this folder, and keep others waiting."""
    import sqlite3  # it locks a file on every system, and lets go of it however we end

    lock = sqlite3.connect(str(LOCK), timeout=1)
    for waited in itertools.count():
        try:
            lock.execute("BEGIN EXCLUSIVE")
            break
        except sqlite3.OperationalError:
            if not waited:
                print(f"Another start is at work in {HERE}: waiting for its end ...", flush=True)
    try:
        yield
    except KeyboardInterrupt:
        sys.exit("Set-up interrupted: the next start begins it anew.")
    finally:
        lock.close()


def make(extra, why):
    """Make `.venv` anew, in the one place where it works; where that fails the former returns."""
    if VENV.exists():
        print(f"Making .venv anew, as {why} ...", flush=True)
        VENV.rename(FORMER)
    try:
        make_venv()
        install(extra)
    finally:
        put_back()


def put_back():
    """Put the former `.venv` back in its place, unless a finished one stands there."""
    finished = any(stamp.stem != UNFINISHED for stamp in VENV.glob(STAMP))
    shutil.rmtree(str(FORMER if finished else VENV), ignore_errors=True)
    if FORMER.exists():
        FORMER.rename(VENV)


def make_venv():
    """Make an empty `.venv`, with a mark by which the next start knows that it is ours."""
    print(f"Making {VENV} ...", flush=True)
    NEW.mkdir(exist_ok=True)
    (NEW / f"{UNFINISHED}.{fingerprint()}").write_text(UNFINISHED)
    NEW.rename(VENV)  # never without its mark, as another start may look at this moment
    if uv():
        must("uv", "venv", "--quiet", "--allow-existing", "--python", BASE_PYTHON, VENV)
    else:
        must(BASE_PYTHON, "-m", "venv", VENV)


def install(extra):
    """Install `bnviz[extra]` into `.venv`, and write down what is there then."""
    print(f"Installing what `{extra}` needs, a minute or two ...", flush=True)
    what = ["install", "--quiet", "-e", f".[{extra}]", "-c", CONSTRAINTS]
    if uv():
        must("uv", "pip", *what, "--python", PYTHON)
    else:  # into .venv, wherever else the reader's own settings of pip would lead it
        must(PYTHON, "-m", "pip", *what, "--no-user", "--target=", "--prefix", VENV)
    there = packages()
    if "bnviz" not in there:
        sys.exit(f"bnviz went elsewhere than into {VENV}: do settings of your own lead pip there?")
    (VENV / f"{extra}.{fingerprint()}").write_text("\n".join(sorted(there)))
    (VENV / f"{UNFINISHED}.{fingerprint()}").unlink(missing_ok=True)


@functools.lru_cache(maxsize=None)  # noqa: UP033 (an older Python, again)
def uv():
    """Say whether uv is there and works: it does what pip does, and faster."""
    path = shutil.which("uv")
    try:
        return bool(path and subprocess.check_output([path, "--version"], stderr=subprocess.STDOUT))
    except (OSError, subprocess.CalledProcessError):
        print(f"{path} does not work: pip takes its place.", flush=True)
        return False


def must(*command):
    """Run one step of the set-up; where it fails, stop with a sentence."""
    command, said, step = [str(part) for part in command], [], None
    where = {"cwd": str(HERE), "env": {**os.environ, "PIP_PYTHON": str(PYTHON)}}
    try:
        with subprocess.Popen(command, stderr=subprocess.PIPE, **where) as step:
            for line in step.stderr:
                said.append(line.decode(errors="replace"))
                print(said[-1], end="", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        if step:
            step.wait()  # it is interrupted, too, and may still be writing
        raise
    if step.returncode:
        online = "check that this machine is online, " if OFFLINE.search("".join(said)) else ""
        sys.exit(
            f"The set-up stopped at `{' '.join(command)}` (exit code {step.returncode}): see the "
            f"message above, {online}then start again."
        )


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
    sys.exit(main(sys.argv[1:]))
