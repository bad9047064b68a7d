"""The places where the notebooks are opened, each made from nothing and tested.

    python3 run.py nox                                 every place
    python3 run.py nox -s oldest "kernels(Nehalem)"    these
    python3 run.py nox -s site -- 01 04                the site, but these notebooks only
    python3 run.py nox --list                          what there is

A place whose Python is not on this machine is left out with a sentence; under CI=true it fails.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PLACES = ROOT / "tests" / "places"
PYTEST = ["python", "-m", "pytest", "-q", "-n", "auto", "--dist", "loadgroup"]
NBVAL = ["--nbval", "notebooks"]  # run every notebook and compare what it says
KERNELS = ["Haswell", "SkylakeX", "Sandybridge", "Nehalem"]  # Zen has those of Haswell
TOOLS = ["pytest<9.2", "pytest-xdist", "nbval"]
HERE = f"3.{sys.version_info.minor}"
NEWEST = next((f"3.{n}" for n in range(30, 10, -1) if shutil.which(f"python3.{n}")), HERE)
# OpenBLAS names the kernels that it uses; a product shows whether the processor can
WHICH = """
import numpy, threadpoolctl
numpy.ones((99, 99), "f") @ numpy.ones((99, 99), "f")
for one in threadpoolctl.threadpool_info():
    print(one["internal_api"], one.get("architecture", ""))"""

if shutil.which("pyenv"):  # its python3.x starts those only that PYENV_VERSION names: name all
    versions = subprocess.check_output(["pyenv", "versions", "--bare"], text=True).split()
    os.environ["PYENV_VERSION"] = ":".join(reversed(versions))
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"


@nox.session(python="3.10")
def oldest(session):
    """Every test with the lower bounds of pyproject.toml, on the oldest Python."""
    session.install("-e", ".[test]", "-c", PLACES / "oldest.txt")
    run_every_test(session)


@nox.session(python=NEWEST)
def newest(session):
    """Every test with the newest of everything, on the newest Python here."""
    session.install("--upgrade", "-e", ".[test]")
    run_every_test(session)


@nox.session(python="3.13", venv_backend="virtualenv")
def colab(session):
    """Google Colab's packages: bnviz changes none; every notebook and demo; old sliders."""
    first = "notebooks/00_start_here.ipynb"
    home = nox.project.load_toml("pyproject.toml")["project"]["urls"]["Home"]
    # git takes this repository, as far as it is committed, for the public home
    git = {"KEY_0": f"url.{ROOT}.insteadOf", "VALUE_0": home, "COUNT": "1"}
    settings = {f"GIT_CONFIG_{name}": value for name, value in git.items()}
    session.install("-r", PLACES / "colab.txt")

    before = installed(session)
    run_first = ["nbconvert", "--to=notebook", "--execute", f"--output-dir={session.create_tmp()}"]
    session.run("python", "-m", *run_first, first, env=settings)  # its first cell installs bnviz
    only_bnviz_is_new(session, before)
    session.run("python", "-m", "pip", "uninstall", "-q", "-y", "bnviz")
    session.install(f"git+{home}", env=settings)
    only_bnviz_is_new(session, before)

    session.install(*TOOLS)
    names = ("test_notebooks_run.py", "test_explore.py", "test_live.py")
    session.run(*PYTEST, *NBVAL, *[f"tests/{name}" for name in names])
    # Colab's own page cannot be had here: the nearest that shows its version of ipywidgets
    session.install("jupyterlab<3.6", "jupyterlab_widgets<2", "playwright>=1.40")
    session.run("python", PLACES / "old_widgets.py", first)


@nox.session(python="3.12")
def binder(session):
    """What Binder makes of environment.yml: every notebook."""
    tool = Path(session.create_tmp())
    session.run("python", "-m", "venv", tool)
    tool /= "Scripts" if os.name == "nt" else "bin"
    session.run(tool / "pip", "install", "-q", "jupyter-repo2docker", external=True)
    look = [tool / "jupyter-repo2docker", "--no-build", "--debug", "."]
    dockerfile = session.run(*look, silent=True, external=True)
    for sign in ("conda environment for python=3.12\n", '--file "environment.yml"'):
        if sign not in dockerfile:
            session.error(f"repo2docker does not say {sign}:\n{dockerfile}")

    lines = re.findall("^      - ([^#\n]+)", Path("environment.yml").read_text(), re.MULTILINE)
    session.install(*" ".join(lines).split(), *TOOLS)
    session.run(*PYTEST, *NBVAL, "tests/test_notebooks_run.py")


@nox.session(python="3.11")
def peers(session):
    """PyTorch, JAX, pandas and scikit-learn: whatever is compared with them."""
    session.install("-e", ".[lab]", "torch==2.13.0", "pandas", "scikit-learn", "jax", "pytest")
    session.run("python", "-m", "pytest", "-q", "tests/peers")


@nox.session
def site(session):
    """The static site in a browser that reaches no other address: notebooks, all or some, timed."""
    session.install("playwright>=1.40")
    session.run("python", PLACES / "every_notebook.py", *session.posargs)


@nox.session
@nox.parametrize("kernel", KERNELS, ids=KERNELS)
def kernels(session, kernel):
    """The claims and every notebook, or the tests that are named, as on another processor."""
    session.install("-e", ".[test]", "-c", "constraints.txt")
    settings = {"OPENBLAS_CORETYPE": kernel}
    illegal_instruction = -4  # how a process ends that asks too much of its processor
    said = session.run(
        "python", "-c", WHICH, env=settings, silent=True, success_codes=[0, illegal_instruction]
    )
    if not said:
        session.skip(f"this processor cannot run OpenBLAS's kernels {kernel}")
    if "openblas" not in said:
        session.skip(f"NumPy's BLAS is not OpenBLAS here, but {said.strip() or 'unknown'}")
    if f"openblas {kernel}" not in said.splitlines():
        leave_out = session.error if os.environ.get("CI") == "true" else session.skip
        leave_out(f"asked for {kernel}, NumPy runs {said.strip()}")
    session.run(*PYTEST, *session.posargs or [*NBVAL, "tests/claims"], env=settings)


def run_every_test(session):
    """Run the tests and the notebooks, but for the browser, which the oldest has no say in."""
    session.run(*PYTEST, *NBVAL, "tests", "--ignore=tests/browser", *session.posargs)


def installed(session):
    """Return what is installed, each as (name, version)."""
    listed = session.run("python", "-m", "pip", "list", "--format=json", silent=True)
    return {(package["name"], package["version"]) for package in json.loads(listed)}


def only_bnviz_is_new(session, before):
    """Fail unless bnviz has come, and nothing else has come, gone or changed."""
    after = installed(session)
    if not before <= after or {name for name, _ in after - before} != {"bnviz"}:
        session.error(f"installing bnviz added {after - before}, took away {before - after}")
