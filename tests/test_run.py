"""run.py by what it does to a small project: real environments, real pip, and no network."""

import ast
import importlib.util
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from importlib import metadata
from pathlib import Path

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
MISSING = 'a-package-that-nobody-has; extra == "{}"\n'
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


def is_ready(project):
    """Say whether a project's own run.py finds all that `lab` needs."""
    code = "import run, sys; sys.exit(not run.is_ready('lab'))"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=project.folder, env=own_settings()).returncode == 0


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
    assert len(commands) == 10


def test_every_command_starts_what_is_there():
    for _, *script in run.SCRIPTS.values():
        for path in [part for part in script if isinstance(part, Path)]:
            assert path.exists(), path
        if script[0] == "-m":
            assert importlib.util.find_spec(script[1]), script


def test_lab_opens_the_first_notebook_and_passes_arguments_on(started):
    code, said = started.start("lab", "--port", "9999")
    path = started.folder / "notebooks" / "00_start_here.ipynb"
    assert said.startswith(
        f"started {started.folder} {path} --ServerApp.root_dir={started.folder} "
    )
    assert said.endswith(" --port 9999\n")
    assert code == 0


@pytest.mark.parametrize("cwd", ["notebooks", ".", ".."])
def test_a_notebook_is_found_from_every_folder(started, cwd):
    (started.folder / "notebooks" / "mine.ipynb").touch()
    name = "mine.ipynb" if cwd == "notebooks" else "notebooks/mine.ipynb"
    _, said = started.start("lab", name, cwd=started.folder / cwd)
    assert str(started.folder / "notebooks" / "mine.ipynb") in said


def test_a_notebook_of_another_folder_is_opened_there(started, tmp_path):
    (tmp_path / "mine.ipynb").touch()
    _, said = started.start("lab", tmp_path / "mine.ipynb")
    assert f"{tmp_path / 'mine.ipynb'} --ServerApp.root_dir={tmp_path} " in said


def test_a_notebook_that_is_not_there_gets_a_sentence(started, tmp_path):
    code, said = started.start("lab", "notebooks/99.ipynb", cwd=tmp_path)
    assert code == 1
    assert said == (
        f"There is no notebook notebooks/99.ipynb, neither in {tmp_path} nor in "
        f"{started.folder / 'notebooks'}.\n"
    )


def test_test_passes_arguments_on_to_pytest(ready):
    code, said = ready.start("test", "tests/test_run.py", "-k", "stamp", cwd=ready.folder / "bnviz")
    assert said.endswith(f"started {ready.folder} tests/test_run.py -k stamp\n")
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


@pytest.mark.parametrize(
    "room", ["bnviz", "bnviz.live", "bnviz.explore", "bnviz.practice.exercises"]
)
@pytest.mark.parametrize("kind", ["DeprecationWarning", "FutureWarning", "UserWarning"])
def test_a_warning_of_our_own_is_an_error_and_that_of_others_is_not(room, kind):
    code = (
        f"import warnings; exec('warnings.warn(str(), {kind})', {{**globals(), '__name__': NAME}})"
    )
    ends = []
    for name in (room, "matplotlib.figure"):
        command = [sys.executable, "-c", code.replace("NAME", repr(name))]
        done = subprocess.run(command, capture_output=True)
        ends.append(done.returncode)
    assert ends == [1, 0]


def test_settings_of_jupyter_do_not_lead_the_first_notebook_away(tmp_path):
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
        said = list(itertools.takewhile(lambda line: "Use Control-C" not in line, server.stdout))
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
    assert f"from local directory: {ROOT}\n" in "".join(said)


# What it sets up


def test_the_first_start_sets_up_and_the_second_finds_it_ready(first_start, started):
    _, _, said = first_start
    assert "Making " in said
    assert "Installing what `lab` needs" in said
    before = all_files(started.folder)
    assert started.start("lab")[1].startswith("started ")
    assert all_files(started.folder) == before
    assert not list(started.venv.glob("unfinished.*"))


def test_another_extra_is_added_to_what_is_there(ready):
    _, said = ready.start("test", "-k", "x")
    assert "Installing what `test` needs" in said
    assert "Making" not in said
    assert ready.start("lab")[1].startswith("started ")
    assert ready.start("test", "-k", "x")[1].startswith("started ")


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_file_is_noticed(ready, name):
    assert is_ready(ready)
    (ready.folder / name).write_text("# changed\n")
    assert not is_ready(ready)


def test_what_has_changed_is_made_anew(ready):
    (ready.venv / "old").touch()
    (ready.folder / "constraints.txt").write_text("# changed\n")
    code, said = ready.start("lab")
    assert code == 0
    assert said.startswith("Making .venv anew, as what it is made from has changed ...")
    assert not (ready.venv / "old").exists()
    assert not list(ready.folder.glob(".venv.former*"))
    assert ready.start("lab")[1].startswith("started ")


def test_a_failed_upgrade_to_other_versions_leaves_the_working_one(ready, tmp_path):
    (tmp_path / "other.txt").write_text("bnviz==9\n")
    before = all_files(ready.venv)
    code, said = ready.start("lab", BNVIZ_CONSTRAINTS=str(tmp_path / "other.txt"))
    assert code == 1
    assert re.search(
        r"The set-up stopped at `.+ install .+ -c .+other\.txt .+` \(exit code 1\): see ", said
    )
    assert "online" not in said
    assert all_files(ready.venv) == before
    assert not list(ready.folder.glob(".venv.former*"))
    assert subprocess.check_output([ready.python(), "-m", "jupyterlab"]).startswith(b"started ")
    assert ready.start("lab")[1].startswith("started ")


def test_a_second_extra_that_fails_leaves_the_first(ready):
    (ready.folder / "needs").write_text(MISSING.format("test"))
    code, said = ready.start("test")
    assert code == 1
    assert "The set-up stopped at " in said
    assert ready.start("lab")[1].startswith("started ")


def test_a_machine_that_is_not_online_is_told_so(small):
    (small.folder / "needs").write_text(MISSING.format("lab"))
    nowhere = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
    code, said = small.start("lab", **nowhere)
    assert code == 1
    assert "above, check that this machine is online, then start again." in said
    assert not small.venv.exists()


@posix
def test_what_is_interrupted_is_not_left_behind(small):
    with small.process("lab") as process:
        assert "Making" in process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # Ctrl-C reaches all that run.py has started
        said = process.stdout.read()
    assert said.endswith("Set-up interrupted: the next start begins it anew.\n")
    assert not small.venv.exists()


def test_what_was_killed_in_between_is_put_back(ready):
    before = {path.relative_to(ready.venv) for path in ready.venv.rglob("*")}
    ready.venv.rename(ready.folder / ".venv.former")
    ready.venv.mkdir()
    (ready.venv / f"unfinished.{'0' * 16}").touch()
    assert ready.start("lab")[1].startswith("started ")
    assert {path.relative_to(ready.venv) for path in ready.venv.rglob("*")} == before


def test_a_readers_settings_of_pip_do_not_lead_it_elsewhere(small, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    wishes = {"user": "true", "target": str(elsewhere), "prefix": str(elsewhere)}
    said = "".join(f"{name} = {wish}\n" for name, wish in wishes.items())
    (tmp_path / "pip.conf").write_text(f"[install]\n{said}")
    settings = {f"PIP_{name.upper()}": wish for name, wish in wishes.items()}
    settings |= {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), "PIP_PYTHON": sys.executable}
    settings |= {"HOME": str(tmp_path), "PYTHONUSERBASE": str(elsewhere)}
    code, said = small.start("lab", **settings)
    assert code == 0, said
    assert (small.packages() / "jupyterlab.py").exists()
    assert not elsewhere.exists()


def test_what_pip_took_elsewhere_all_the_same_is_noticed(small):
    code, said = small.start("lab", PIP_DRY_RUN="1")
    assert code == 1
    assert f"bnviz went elsewhere than into {small.venv}: do settings" in said
    assert not small.venv.exists()


def test_two_starts_at_once_set_up_once(small):
    with small.process("lab") as one, small.process("lab") as other:
        said = [process.communicate(timeout=120)[0] for process in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0], said
    assert sum("Making " in each for each in said) == 1
    assert sum("Another start is at work in " in each for each in said) == 1
    assert all("started " in each for each in said)


def lose_a_package(project):
    shutil.rmtree(next(project.packages().glob("bnviz-*.dist-info")))


def lose_its_code(project):
    (project.packages() / "jupyterlab.py").unlink()


def lose_the_python(project):
    project.python().unlink()
    project.python().write_text("no program\n")
    project.python().chmod(0o755)


@pytest.mark.parametrize("lose", [lose_a_package, lose_its_code, lose_the_python])
def test_packages_that_are_gone_are_missed(ready, lose):
    assert is_ready(ready)
    lose(ready)
    assert not is_ready(ready)


def test_packages_that_are_gone_come_back(ready):
    lose_its_code(ready)
    code, said = ready.start("lab")
    assert said.startswith("Making .venv anew, as packages of it are gone ...\n")
    assert code == 0
    assert ready.start("lab")[1].startswith("started ")


@posix
def test_a_broken_uv_is_said_and_pip_takes_its_place(small, tmp_path):
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    code, said = small.start("lab", PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert f"{uv} does not work: pip takes its place.\n" in said
    assert code == 0, said


def test_a_uv_that_works_is_used(small):
    """Where there is one; the matrix has a place that does."""
    if not shutil.which("uv"):
        pytest.skip("no uv on the PATH")
    code, said = small.start("lab", UV_OFFLINE="1", PATH=os.environ["PATH"])
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


def test_versions_that_are_not_there_get_a_sentence(small):
    code, said = small.start("lab", BNVIZ_CONSTRAINTS="tests/oldest.txt")
    assert code == 1
    assert said.startswith(f"run.py needs {small.folder / 'tests/oldest.txt'}, which is not there")


@pytest.mark.parametrize("name", ["pyproject.toml", "bnviz", "constraints.txt"])
def test_run_py_without_the_project_gets_a_sentence(small, name):
    (small.folder / name).rename(small.folder / "elsewhere")
    code, said = small.start("lab")
    assert code == 1
    assert said == (
        f"run.py needs {small.folder / name}, which is not there: get the whole project, then "
        "start again.\n"
    )


@pytest.mark.parametrize("module", ["ensurepip", "ssl", "sqlite3"])
def test_a_python_that_cannot_gets_a_sentence(small, tmp_path, module):
    (tmp_path / f"{module}.py").write_text("raise ImportError('left out')")
    code, said = small.start("lab", PYTHONPATH=str(tmp_path), PATH="")
    assert code == 1
    assert said.startswith(f"This Python, {sys.executable}, lacks its module {module}: install ")
    assert not small.venv.exists()


@posix
def test_a_folder_in_which_you_may_not_write_gets_a_sentence():
    with tempfile.TemporaryDirectory() as folder:
        project = Small(Path(folder).resolve() / "project")
        os.chmod(folder, 0o755)
        project.folder.chmod(0o555)
        code = f"""
            import ctypes, ensurepip, os, runpy, sqlite3, ssl, venv, zlib
            main = runpy.run_path({str(project.folder / "run.py")!r})["main"]
            os.getuid() or os.setuid(65534)  # root may write everywhere: as nobody, then
            main(["lab"])
        """
        command = [sys.executable, "-c", textwrap.dedent(code)]
        done = subprocess.run(command, cwd="/", env=own_settings(), capture_output=True, text=True)
        project.folder.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr == (
        f"run.py makes .venv beside itself, and you may not write in {project.folder}: copy the "
        "project to a folder of your own and start it there.\n"
    )


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
