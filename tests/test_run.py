"""run.py by what it does to a small project: real environments, real pip, and no network."""

import ast
import importlib.util
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

import run

ROOT = Path(__file__).parents[1]
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "bnviz"
version = "0.1"
dependencies = [
]
[project.urls]
Home = "https://github.com/bnviz/bnviz"
[project.optional-dependencies]
lab = []
slides = []
test = []
[tool.none]
"""
# Builds what pip installs: it needs what stands in the file `needs`, and brings a `jupyterlab` and
# a `pytest` that tell what they were started with
BACKEND = """
import pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    needs = pathlib.Path("needs").read_text().splitlines()
    said = ["Metadata-Version: 2.1", "Name: bnviz", "Version: 0.1"]
    said += [f"Provides-Extra: {extra}" for extra in ("lab", "slides", "test")]
    said += [f"Requires-Dist: {need}" for need in needs]
    tells = "import os, sys; print('started', os.getcwd(), *sys.argv[1:])"
    files = {"jupyterlab.py": tells, "pytest.py": tells}
    files["bnviz-0.1.dist-info/METADATA"] = "\\n".join(said)
    files["bnviz-0.1.dist-info/WHEEL"] = "Wheel-Version: 1.0\\nTag: py3-none-any"
    files["bnviz-0.1.dist-info/RECORD"] = "\\n".join(f"{name},," for name in files)
    with zipfile.ZipFile(pathlib.Path(folder, "bnviz-0.1-py3-none-any.whl"), "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "bnviz-0.1-py3-none-any.whl"
"""
pytestmark = pytest.mark.xdist_group("run")  # one first start serves them all
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX only")


def own_settings():
    """Return the environment without the settings, and the uv, of whoever runs the tests."""
    theirs = "PIP_", "BNVIZ_"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    folders = kept["PATH"].split(os.pathsep)
    without_uv = [folder for folder in folders if not shutil.which("uv", path=folder)]
    return kept | {"PATH": os.pathsep.join(without_uv)}


class Small:
    """A small project in a folder of its own, and run.py beside it."""

    def __init__(self, folder):
        self.folder, self.venv = folder, folder / ".venv"
        (folder / "bnviz").mkdir(parents=True)
        (folder / "notebooks").mkdir()
        (folder / "notebooks" / "00_start_here.ipynb").touch()
        (folder / "pyproject.toml").write_text(PROJECT)
        (folder / "backend.py").write_text(BACKEND)
        for name in ("constraints.txt", "needs"):
            (folder / name).touch()
        shutil.copy(ROOT / "run.py", folder)

    def start(self, *arguments, cwd=None, **settings):
        """Start run.py; return its exit code and all that it printed."""
        with self.process(*arguments, cwd=cwd, **settings) as process:
            said = process.communicate(timeout=120)[0]
        return process.returncode, said

    def process(self, *arguments, cwd=None, **settings):
        kept = own_settings() | {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        kept |= settings
        return subprocess.Popen(
            [sys.executable, self.folder / "run.py", *arguments], cwd=cwd or self.folder, text=True,
            env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def python(self):
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def packages(self):
        """Return the folder where `.venv` keeps its packages."""
        (found,) = self.venv.glob("Lib/site-packages" if os.name == "nt" else "lib/*/site-packages")
        return found


@pytest.fixture
def small(tmp_path):
    return Small(tmp_path / "project")


@pytest.fixture(scope="module")
def first_start(tmp_path_factory):
    """A project after its first start, a copy of it, and what that start said."""
    project = Small(tmp_path_factory.mktemp("ready") / "project")
    code, said = project.start("lab")
    assert code == 0, said
    kept = shutil.copytree(project.folder, project.folder.parent / "kept", symlinks=True)
    return project, kept, said


@pytest.fixture
def started(first_start):
    """A project after its first start, for tests that leave its environment as it is."""
    return first_start[0]


@pytest.fixture
def ready(first_start):
    """The same for tests that do not: it is put back behind them."""
    project, kept, _ = first_start
    yield project
    shutil.rmtree(project.folder)
    shutil.copytree(kept, project.folder, symlinks=True)


def all_files(folder):
    """Return the files below a folder with their times."""
    return {
        path: path.lstat().st_mtime_ns
        for path in folder.rglob("*")
        if "__pycache__" not in str(path)
    }


def change(path, former, new):
    """Replace a text that stands in a file."""
    text = path.read_text()
    assert former in text
    path.write_text(text.replace(former, new))


# What it is asked


def test_an_old_python_can_read_the_file():
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_gets_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(
        SystemExit, match=r"^bnviz needs Python 3\.10 or newer, and this is Python 3\.9"
    ):
        run.main(["lab"])


def test_an_unknown_command_gets_a_sentence(small):
    code, said = small.start("tset")
    assert code == 1
    assert re.match("run.py knows lab, slides, site, test, (.+), not 'tset': try ", said)
    assert not small.venv.exists()


def test_no_command_prints_every_command(capsys):
    assert run.main([]) == 0
    printed = capsys.readouterr().out
    commands = {*run.COMMANDS, *run.SCRIPTS}
    assert set(re.findall(r"python3 run\.py (\w+)", printed)) == commands


def test_every_command_starts_what_is_there():
    for extra, *script in run.SCRIPTS.values():
        for path in [part for part in script if isinstance(part, Path)]:
            assert path.exists(), path
        if script[0] == "-m" and extra == "lab":  # others are not in this .venv
            assert importlib.util.find_spec(script[1]), script


def test_lab_opens_the_first_notebook_and_passes_arguments_on(started):
    code, said = started.start("lab", "--port", "9999")
    path = started.folder / "notebooks" / "00_start_here.ipynb"
    assert said.startswith(f"started {started.folder} {path} --config=")
    assert f" --ServerApp.root_dir={started.folder} " in said
    assert said.endswith(" --port 9999\n")
    assert code == 0


@pytest.mark.parametrize(
    ("cwd", "named"),
    [("notebooks", "mine.ipynb"), (".", "notebooks/mine.ipynb"), ("..", "notebooks/mine")],
)
def test_a_notebook_is_found_from_every_folder_with_its_ending_or_without(started, cwd, named):
    (started.folder / "notebooks" / "mine.ipynb").touch()
    _, said = started.start("lab", named, cwd=started.folder / cwd)
    assert str(started.folder / "notebooks" / "mine.ipynb") in said


def test_a_notebook_of_another_folder_is_opened_there(started, tmp_path):
    (tmp_path / "mine.ipynb").touch()
    _, said = started.start("lab", tmp_path / "mine.ipynb")
    assert f" {tmp_path / 'mine.ipynb'} " in said
    assert f" --ServerApp.root_dir={tmp_path} " in said


def test_a_notebook_that_is_not_there_gets_a_sentence(started, tmp_path):
    code, said = started.start("lab", "notebooks/99.ipynb", cwd=tmp_path)
    assert code == 1
    assert said == (
        f"There is no notebook notebooks/99.ipynb, neither in {tmp_path} nor in "
        f"{started.folder / 'notebooks'}.\n"
    )


def test_test_passes_arguments_on_to_pytest(ready):
    code, said = ready.start("test", "tests/test_run.py", "-k", "x", cwd=ready.folder / "bnviz")
    assert said.endswith(f"started {ready.folder} tests/test_run.py -k x\n")
    assert code == 0


def test_test_checks_style_first_and_stops_at_the_first_failure(ready):
    ruff = "import sys; print('ruff', *sys.argv[1:]); sys.exit(3)"
    (ready.packages() / "ruff.py").write_text(ruff)
    code, said = ready.start("test")
    assert said.endswith("\nruff check .\n")
    assert code == 3


def test_one_thread_unless_the_reader_says_otherwise(ready):
    tells = (
        "import os; print({name: value for name, value in os.environ.items() if 'THREADS' in name})"
    )
    (ready.packages() / "jupyterlab.py").write_text(tells)
    _, said = ready.start("lab", OPENBLAS_NUM_THREADS="7")
    threads = ast.literal_eval(said)
    assert threads["OMP_NUM_THREADS"] == "1"
    assert threads["OPENBLAS_NUM_THREADS"] == "7"


@posix
def test_jupyterlab_opens_here_whatever_the_readers_settings_and_asks_nothing(tmp_path):
    names = (
        "ServerApp.root_dir",
        "FileContentsManager.root_dir",
        "FileContentsManager.preferred_dir",
    )
    settings = "".join(f"get_config().{name} = {str(tmp_path)!r}\n" for name in names)
    (tmp_path / "jupyter_server_config.py").write_text(settings)
    start = "import run, sys; run.PYTHON = sys.executable; run.set_up = print; "
    start += "sys.exit(run.main(['lab', '--no-browser', '--allow-root', '--port-retries=50']))"
    own = dict.fromkeys(
        ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"), str(tmp_path)
    )
    with subprocess.Popen(
        [sys.executable, "-c", start], cwd=ROOT, env=os.environ | own, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as server:  # fmt: skip
        said = "".join(itertools.takewhile(lambda line: "Use Control-C" not in line, server.stdout))
        try:
            asked = default_of_news(said)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
    assert f"from local directory: {ROOT}\n" in said
    assert asked == "false"  # "none" has JupyterLab ask whether its reader wants news


def default_of_news(said):
    """Return the choice that a JupyterLab makes on its news, which says where it is found."""
    port, token = re.search(r"http://127\.0\.0\.1:(\d+)/\S*token=(\w+)", said).groups()
    settings = "lab/api/settings/@jupyterlab/apputils-extension:notification"
    for _ in range(600):  # it says where it is found, and then begins to listen
        try:
            with urlopen(f"http://127.0.0.1:{port}/{settings}?token={token}") as answer:
                return json.load(answer)["schema"]["properties"]["fetchNews"]["default"]
        except URLError:
            time.sleep(0.1)


# What it sets up


def test_the_first_start_sets_up_and_the_second_finds_it_ready(first_start, started):
    _, _, said = first_start
    assert "Making " in said
    assert "Installing what `lab` needs" in said
    before = all_files(started.folder)
    assert started.start("lab")[1].startswith("started ")
    assert all_files(started.folder) == before


def test_another_extra_is_added_to_what_is_there(ready):
    _, said = ready.start("test", "-k", "x")
    assert "Installing what `test` needs" in said
    assert "Making" not in said
    assert ready.start("lab")[1].startswith("started ")
    assert ready.start("test", "-k", "x")[1].startswith("started ")


@pytest.mark.parametrize("former", ["0.1", "github.com/bnviz", "tool.none"])
def test_what_changes_nothing_that_is_installed_changes_nothing(ready, former):
    change(ready.folder / "pyproject.toml", former, f"{former}.other")
    assert ready.start("lab")[1].startswith("started ")


@pytest.mark.parametrize("line", ["dependencies = [", "lab = ["])
def test_other_dependencies_are_installed_into_what_is_there(ready, line):
    (ready.venv / "kept").touch()
    change(ready.folder / "pyproject.toml", line, f'{line}"bnviz",')
    code, said = ready.start("lab")
    assert code == 0
    assert said.startswith("Installing what `lab` needs")
    assert (ready.venv / "kept").exists()
    assert ready.start("lab")[1].startswith("started ")


def test_a_failed_upgrade_leaves_what_works(ready):
    before = all_files(ready.venv)
    (ready.folder / "constraints.txt").write_text("bnviz==9\n")
    code, said = ready.start("lab")
    assert code == 1
    assert re.search(r"The set-up stopped at `.+ install .+` \(exit code 1\): see the ", said)
    assert all_files(ready.venv) == before
    assert subprocess.check_output([ready.python(), "-m", "jupyterlab"]).startswith(b"started ")
    (ready.folder / "constraints.txt").write_text("")
    assert ready.start("lab")[1].startswith("started ")


def test_what_was_installed_before_other_versions_came_is_not_taken_for_them(ready):
    assert ready.start("test", "-k", "x")[0] == 0
    (ready.folder / "constraints.txt").write_text("# other versions\n")
    assert "Installing" in ready.start("lab")[1]
    (ready.folder / "constraints.txt").write_text("")
    assert "Installing" in ready.start("test", "-k", "x")[1]


def test_a_first_start_that_fails_is_made_up_for_by_the_next(small):
    (small.folder / "needs").write_text('a-package-that-nobody-has; extra == "lab"\n')
    code, said = small.start("lab")
    assert code == 1
    assert said.endswith("above, check that this machine is online, then start again.\n")
    (small.folder / "needs").write_text("")
    assert small.start("lab")[0] == 0


@posix
def test_what_is_interrupted_is_begun_anew(small):
    with small.process("lab") as process:
        assert "Making" in process.stdout.readline()
        while not small.python().exists():  # no packages yet: the next start may not take it so
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # Ctrl-C reaches all that run.py has started
        said = process.stdout.read()
    assert said.endswith("Set-up interrupted: the next start begins it anew.\n")
    assert begins(small) == f"Making {small.venv} ...\n"


@posix
def test_it_is_made_anew_where_its_python_is_gone(ready):
    ready.python().unlink()
    assert begins(ready) == f"Making {ready.venv} ...\n"


def begins(project):
    """Return the first line that a start prints, and end it there."""
    with project.process("lab") as process:
        said = process.stdout.readline()
        os.killpg(process.pid, signal.SIGKILL)
    return said


def test_uv_is_used_where_there_is_one(small):
    if not shutil.which("uv"):
        pytest.skip("no uv on the PATH")
    code, said = small.start("lab", PATH=os.environ["PATH"])
    assert code == 0, said
    assert "uv = " in (small.venv / "pyvenv.cfg").read_text()


# What it does not touch


def make_file(venv):
    venv.write_text("kept")


def make_link(venv):
    (venv.parent / "real").mkdir()
    venv.symlink_to("real")


def make_own(venv):
    venv.mkdir()
    (venv / "pyvenv.cfg").write_text("kept")


@pytest.mark.parametrize("make", [make_file, pytest.param(make_link, marks=posix), make_own])
def test_a_venv_that_it_did_not_make_is_left_alone(small, make):
    make(small.venv)
    before = all_files(small.folder)
    code, said = small.start("lab")
    assert code == 1
    assert said == (
        f"{small.venv} is not a folder that run.py made, and it touches no other: rename or remove "
        "it, then start again.\n"
    )
    assert all_files(small.folder) == before


# What it installs


def test_constraints_name_versions_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 20
    form = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; [\w\s.'<>=!()*]+)?")
    assert [line for line in lines if not form.fullmatch(line)] == []


def test_constraints_cover_every_dependency():
    pinned = re.findall(r"^[a-z0-9-]+", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    installed = [line for line in metadata.requires("bnviz") if 'extra == "torch"' not in line]
    needed = {re.match(r"[\w-]+", line)[0] for line in installed}
    assert needed
    assert needed <= {*pinned, "bnviz"}
