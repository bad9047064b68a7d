"""The places where the notebooks are opened, each made from nothing and tested: run.py matrix.

oldest   Python 3.10 and the lower bounds of pyproject.toml: every test
newest   the newest Python on this machine, the newest of everything, set up by uv: every test
colab    Google Colab's Python and packages: the first cell, every notebook, every slider,
         some of them in a browser
binder   what Binder makes of environment.yml: every notebook
peers    PyTorch, pandas and scikit-learn: whatever is compared with them
site     the static site in a browser that reaches no other address: every notebook, timed

A place whose Python is not on this machine is left out with a sentence; under CI=true it fails.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NEWEST = [f"3.{minor}" for minor in range(20, 9, -1)]
PYTEST = ["-m", "pytest", "-q", "-n", "auto", "--dist", "loadgroup"]
GIT = ["git", "-c", "user.name=matrix", "-c", "user.email=matrix@localhost", "-c", "gc.auto=0"]


class Failed(Exception):
    """What a place did otherwise than it should."""


class NoPython(Exception):
    """The Python of a place is not on this machine."""


# The places


def oldest(folder):
    """Run every test with the oldest of everything that pyproject.toml allows."""
    every_test(folder, find_python("3.10"), "oldest.txt")


def newest(folder):
    """Run every test with the newest of everything; uv sets it up."""
    python = find_python(*NEWEST)
    tool = make_environment(python, folder / "uv")
    run(tool, "-m", "pip", "install", "-q", "uv")
    path = os.pathsep.join([str(Path(tool).parent), os.environ["PATH"]])
    every_test(folder, python, "newest.txt", PATH=path)


def colab(folder):
    """Show that bnviz changes nothing on Colab, then run what a reader runs there."""
    python = make_environment(find_python("3.13"), folder)
    run(python, "-m", "pip", "install", "-q", "-r", HERE / "colab.txt")
    notebooks, project = folder / "content" / "notebooks", copy_project(folder)
    shutil.copytree(ROOT / "notebooks", notebooks)  # alone, as on Colab

    execute = ["-m", "nbconvert", "--to=notebook", "--execute", f"--output-dir={folder}"]
    first = notebooks / "00_start_here.ipynb"  # its first cell installs bnviz
    added(python, {"bnviz"}, *execute, first, **home_is(publish(project)))
    run(python, "-m", "pip", "uninstall", "-q", "-y", "bnviz")
    look_into_wheel(python, project)
    added(python, {"bnviz"}, "-m", "pip", "install", "-q", project)
    run(python, "-m", "pip", "install", "-q", "pytest-xdist")
    names = ("test_notebooks_run.py", "test_explore.py", "test_live.py")
    tests = [project / "tests" / name for name in names]
    run(python, *PYTEST, "-c", project / "pyproject.toml", "--rootdir", folder, *tests, cwd=folder)
    # Colab's own page cannot be had here: the nearest that shows its version of ipywidgets
    page = "jupyterlab<3.6", "jupyterlab_widgets<2", "playwright>=1.40"
    run(python, "-m", "pip", "install", "-q", *page)
    run(python, HERE / "old_widgets.py", first, cwd=folder)


def binder(folder):
    """Show that Binder reads environment.yml, then run every notebook with what stands in it."""
    python, project = find_python("3.12"), copy_project(folder)
    repo2docker = make_environment(python, folder / "repo2docker")
    run(repo2docker, "-m", "pip", "install", "-q", "jupyter-repo2docker")
    dockerfile = output(repo2docker, "-m", "repo2docker", "--no-build", "--debug", project)
    for sign in ("conda environment for python=3.12\n", '--file "environment.yml"'):
        expect(sign in dockerfile, f"repo2docker does not say {sign}:\n{dockerfile}")

    python = make_environment(python, folder)
    needed = re.findall("^      - (.+)$", (project / "environment.yml").read_text(), re.MULTILINE)
    (project / "pip.txt").write_text("\n".join(needed))  # as conda hands it to pip
    run(python, "-m", "pip", "install", "-q", "-r", "pip.txt", cwd=project)
    run(python, "-m", "pip", "install", "-q", "pytest<9.2", "pytest-xdist")
    run(python, *PYTEST, "tests/test_notebooks_run.py", cwd=project)


def peers(folder):
    """Compare with those that are too large for every reader's machine."""
    python, project = make_environment(find_python("3.11"), folder), copy_project(folder)
    packages = [".[lab]", "torch==2.13.0", "pandas", "scikit-learn", "jax", "pytest"]
    run(python, "-m", "pip", "install", "-q", *packages, cwd=project)
    run(python, "-m", "pytest", "-q", "tests/peers", cwd=project)


def site(folder):
    """Run every notebook in the page itself."""
    python = make_environment(find_python("3.12", "3.13", "3.11"), folder)
    run(python, "-m", "pip", "install", "-q", "playwright>=1.40")
    run(python, HERE / "every_notebook.py")


PLACES = {
    "oldest": oldest, "newest": newest, "colab": colab, "binder": binder, "peers": peers,
    "site": site,
}  # fmt: skip


# What they are made of


def every_test(folder, python, constraints, **settings):
    """Run `run.py test` in a copy of the project, with versions of our own."""
    settings["BNVIZ_CONSTRAINTS"] = str(HERE / constraints)
    run(python, "run.py", "test", cwd=copy_project(folder), **settings)


def find_python(*versions):
    """Return the first of these Pythons that is on this machine."""
    for version in versions:
        for command, settings in candidates(version):
            try:
                said = output(*command, "-c", "import sys; print(sys.executable)", **settings)
            except (OSError, Failed):
                continue
            return said.splitlines()[-1]
    raise NoPython(f"it needs Python {' or '.join(versions)}, which is not on this machine")


def candidates(version):
    """Yield (command, environment) for each way to start a Python of this version."""
    yield [f"python{version}"], {}
    yield ["py", f"-{version}"], {}
    if shutil.which("pyenv"):  # its python3.x starts those only that PYENV_VERSION names
        installed = output("pyenv", "versions", "--bare").split()
        yield [f"python{version}"], {"PYENV_VERSION": ":".join(installed)}


def make_environment(python, folder):
    """Make an empty virtual environment; return its Python."""
    run(python, "-m", "venv", folder / "environment")
    return folder / "environment" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def copy_project(folder):
    """Copy the project as it stands, but for the browser tests and what git leaves out, too."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()]
    ignore = shutil.ignore_patterns(".git", "browser", *ignored)
    return Path(shutil.copytree(ROOT, folder / "project", ignore=ignore))


def publish(project):
    """Make a copy of the project a repository; return it."""
    run("git", "init", "-q", "-b", "main", cwd=project)
    run(*GIT, "add", ".", cwd=project)
    run(*GIT, "commit", "-q", "-m", "The project as it stands", cwd=project)
    return project


def home_is(repository):
    """Return the environment in which git takes a repository here for the public home."""
    text = (repository / "pyproject.toml").read_text(encoding="utf-8")
    home = re.search('^Home = "(.+)"', text, re.MULTILINE).group(1)
    instead = {"KEY_0": f"url.{repository}.insteadOf", "VALUE_0": home, "COUNT": "1"}
    return {f"GIT_CONFIG_{name}": value for name, value in instead.items()}


def look_into_wheel(python, project):
    """Show that the wheel installs anywhere, a browser included, with the data in it."""
    folder = project.parent / "wheel"
    run(python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, project)
    (wheel,) = folder.iterdir()
    expect(wheel.name.endswith("-py3-none-any.whl"), f"{wheel.name} is not for every machine")
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = {path.relative_to(project).as_posix() for path in project.glob("bnviz/**/*.py")}
    sources |= {"bnviz/data/digits.npz", "bnviz/data/ATTRIBUTION.md"}
    missing = sources - inside
    expect(not missing, f"{wheel.name} lacks {', '.join(sorted(missing))}")


def packages(python):
    """Return the installed packages with their versions as pairs."""
    listed = json.loads(output(python, "-m", "pip", "list", "--format=json"))
    return {(package["name"], package["version"]) for package in listed}


def added(python, names, *arguments, **settings):
    """Run Python, and show that it has these packages more than before and no other change."""
    before = packages(python)
    run(python, *arguments, cwd=Path(python).parent, **settings)
    after = packages(python)
    expect(before <= after, f"it took away or changed {before - after}")
    expect({name for name, _ in after - before} == names, f"it added {after - before}")


def expect(true, sentence):
    """Give a place up with a sentence unless something is true."""
    if not true:
        raise Failed(sentence)


def run(*command, cwd=None, **settings):
    """Run a command and show what it says."""
    command = [str(part) for part in command]
    print("$", shlex.join(command), flush=True)
    code = subprocess.call(command, cwd=cwd, env=os.environ | settings)
    expect(code == 0, f"`{shlex.join(command)}` ended with exit code {code}")


def output(*command, cwd=None, **settings):
    """Run a command and return what it says."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=cwd,
        env=os.environ | settings,
    )  # fmt: skip
    expect(done.returncode == 0, f"`{shlex.join(command)}`:\n{done.stdout}")
    return done.stdout


def verdict(place):
    """Make a place in a folder of its own, and return how it went, in a sentence."""
    with tempfile.TemporaryDirectory(prefix=f"bnviz-{place}-") as folder:
        try:
            PLACES[place](Path(folder))
        except Failed as failure:
            return f"FAILED: {failure}"
        except NoPython as missing:
            return f"{'FAILED' if os.environ.get('CI') == 'true' else 'left out'}: {missing}."
    return "passed"


def main(names):
    """Go to these places, or to all, and print a line about each."""
    unknown = set(names) - set(PLACES)
    if unknown:
        sys.exit(f"The places are {', '.join(PLACES)}, not {', '.join(unknown)}.")
    lines = []
    for place in names or PLACES:
        print(f"\n=== {place} ===", flush=True)
        start = time.monotonic()
        said = verdict(place)
        lines.append(f"{place:8} {(time.monotonic() - start) / 60:4.1f} min   {said}")
    print("", *lines, sep="\n")
    return any("FAILED" in line for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
