"""Make the series a static site: run.py site [FOLDER] [--serve] [--pyodide FOLDER].

The site runs in its reader's own page, on Pyodide; any web host serves it, from any address. It is
made in FOLDER (`site`, if none is named); `--serve` shows it on this machine. Its readers get
Pyodide from Pyodide's own network, unless `--pyodide` takes it from a folder into the site.
"""

import argparse
import contextlib
import functools
import hashlib
import http.server
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# These work together. The builder, and the page's half of the widgets, which it takes along ...
BUILDER = ["jupyterlite-core==0.6.4", "jupyterlite-pyodide-kernel==0.6.1", "jupyter-server<3"]
BUILDER += ["jupyterlab_widgets==3.0.15"]
PYODIDE = "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/pyodide.js"
# ... and what bnviz needs and Pyodide lacks
WHEELS = ["ipywidgets==8.1.7", "jupyterlab_widgets==3.0.15", "comm==0.2.3", "tqdm==4.67.1"]
INSTALL = """\
import logging

logging.getLogger("matplotlib.font_manager").setLevel("ERROR")  # it would tell of its cache
%pip install --quiet bnviz"""
# ... and what makes the pages to read
EXPORTER = ["nbconvert>=7.16", "latex2mathml>=3.77"]
STORAGE = "bnviz"  # in the reader's browser
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
OWN_COPY = (
    "What you change in this notebook stays in this browser. To start again from the original: "
    "[bring it back](#original-{name}), and the file list keeps yours beside it."
)


def build(site, pyodide=None):
    """Make the site in a folder; what was made there before goes."""
    if site.exists() and not (site / "jupyter-lite.json").exists():
        sys.exit(f"{site} is there and holds no site of ours: name a folder that may be replaced.")
    with tempfile.TemporaryDirectory(prefix="bnviz-site-") as folder:
        work = Path(folder)
        python = make_environment(work / "environment")
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        package = copy_package(work / "package")
        must(*pip, "install", *BUILDER, *EXPORTER, package)
        must(*pip, "wheel", "--no-deps", f"--wheel-dir={work}/wheels", package, *WHEELS)
        releases = copy_notebooks(work / "notebooks")
        if pyodide:
            shutil.copytree(pyodide, work / "static" / "pyodide")
        (work / "jupyter-lite.json").write_text(json.dumps(settings(pyodide)))
        options = ["--no-sourcemaps", "--apps=notebooks", "--apps=tree", "--apps=lab"]
        options += ["--contents=notebooks", "--piplite-wheels=wheels", "--output-dir=site"]
        must(python, "-m", "jupyterlite_core", "build", *options, cwd=work)
        finish(work / "site", releases)
        must(python, HERE / "front.py", work / "site")
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(work / "site", site)


def make_environment(folder):
    """Make an empty virtual environment; return its Python."""
    must(sys.executable, "-m", "venv", folder)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def copy_package(folder):
    """Copy what a wheel is made from, so that making it leaves nothing in the project."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "bnviz", folder / "bnviz", ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


def must(*command, cwd=None):
    """Run one step; where it fails, stop with a sentence and what it said."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nThe site could not be made: `{shlex.join(command)}` failed.")


def copy_notebooks(folder):
    """Copy the notebooks as they open in the site; return what tells each from other releases'."""
    folder.mkdir()
    releases = {}
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        badges = one_that_holds("/assets/colab-badge.svg", notebook, path)
        badges["source"] = OWN_COPY.format(name=path.name)
        one_that_holds('find_spec("bnviz")', notebook, path)["source"] = INSTALL
        for cell in notebook["cells"]:
            for shown in cell.get("outputs", []):
                if "text/markdown" in shown.get("data", {}):  # in one piece for the page's contents
                    shown["data"]["text/markdown"] = "".join(shown["data"]["text/markdown"])
        release = hashlib.sha256(json.dumps(notebook).encode()).hexdigest()[:16]
        notebook["metadata"] |= {"kernelspec": KERNEL, "release": release}
        (folder / path.name).write_text(json.dumps(notebook), encoding="utf-8")
        releases[path.name] = release
    return releases


def one_that_holds(sign, notebook, path):
    """Return the cell of a notebook in which a text stands: editors drop and renew ids."""
    found = [cell for cell in notebook["cells"] if sign in "".join(cell["source"])]
    if len(found) != 1:
        sys.exit(f"{path.name} has {len(found)} cells with {sign}: `python3 run.py refresh` it.")
    return found[0]


def finish(site, releases):
    """Let every page of the site look at saved notebooks first."""
    names = f"const STORAGE = {json.dumps(STORAGE)}, RELEASES = {json.dumps(releases)};\n"
    aside = (HERE / "aside.js").read_text(encoding="utf-8")
    (site / "aside.js").write_text(names + aside, encoding="utf-8")
    first = site / "config-utils.js"  # every page waits for it before it loads anything else
    first.write_text("import './aside.js';\n" + first.read_text(encoding="utf-8"), encoding="utf-8")


def settings(pyodide):
    """Return what jupyter-lite.json says; the build adds to it, a Pyodide in the site included."""
    kernel = {"disablePyPIFallback": True} | ({} if pyodide else {"pyodideUrl": PYODIDE})
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "bnviz",
            "contentsStorageName": STORAGE,
            "exposeAppInBrowser": True,  # aside.js saves before it leaves
            # all cells stand in the page, so that it does not jump while it is scrolled
            "settingsOverrides": {
                "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}
            },
            "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
        },
    }


def server(site, port=0):
    """Return a server of the site on this machine alone; port 0 is any that is free."""
    handler = functools.partial(Quiet, directory=str(site))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_):
        pass


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="run.py site", description="Make the series a static site."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "site")
    parser.add_argument("--serve", action="store_true", help="show it on this machine")
    parser.add_argument("--pyodide", type=Path, help="a folder of Pyodide 0.27.7, for no network")
    chosen = parser.parse_args(arguments)
    print("Building the site, half a minute or so ...", flush=True)
    build(chosen.folder, chosen.pyodide)
    print(f"The site is in {chosen.folder}: any web host serves it.", flush=True)
    if chosen.serve:
        with server(chosen.folder, 8000) as one, contextlib.suppress(KeyboardInterrupt):
            print(f"See http://127.0.0.1:{one.server_port}/ until Ctrl-C.", flush=True)
            one.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
