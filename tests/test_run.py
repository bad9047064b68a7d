"""run.py by its messages and by its effects, without installing anything."""

import ast
import importlib.util
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).parents[1]


@pytest.fixture
def calls(monkeypatch):
    """Replace set-up and subprocess: return the list of commands, which all succeed."""
    commands = []
    monkeypatch.setattr(run, "set_up", lambda extra: commands.append(extra))
    monkeypatch.setattr(subprocess, "call", lambda command, **_: commands.append(command) or 0)
    monkeypatch.setattr(run.signal, "signal", lambda *_: None)
    return commands


class Machine:
    """Stands in for the programs that make a .venv and install into it."""

    def __init__(self):
        self.commands, self.fails = [], None

    def call(self, command, **_):
        self.commands.append(command)
        if self.fails and self.fails in command:
            return 1
        if "venv" in command:
            run.PYTHON.parent.mkdir(parents=True)
            run.PYTHON.touch()
        return 0

    def did(self):
        """Return what was done since the last look: "venv" or "install" for each command."""
        done = ["venv" if "venv" in command else "install" for command in self.commands]
        self.commands.clear()
        return done


@pytest.fixture
def machine(monkeypatch, tmp_path):
    machine = Machine()
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("numpy")
    monkeypatch.setattr(run, "HERE", tmp_path)
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(run, "CONSTRAINTS", "constraints.txt")
    monkeypatch.setattr(subprocess, "call", machine.call)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    return machine


# What it is asked


def test_an_old_python_can_read_the_file():
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_gets_a_sentence(monkeypatch, calls):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(SystemExit, match=r"needs Python 3\.10 or newer, and this is Python 3\.9"):
        run.main(["lab"])
    assert not calls


def test_an_unknown_command_gets_a_sentence(calls):
    with pytest.raises(SystemExit, match="knows lab, test, refresh, bench, matrix, not 'tset'"):
        run.main(["tset"])
    assert not calls


def test_no_command_prints_every_command(calls, capsys):
    assert run.main([]) == 0
    printed = capsys.readouterr().out
    assert run.COMMANDS
    assert all(f"python3 run.py {command}" in printed for command in run.COMMANDS)
    assert not calls


def test_lab_opens_the_first_notebook_and_passes_arguments_on(calls):
    assert run.main(["lab", "--port", "9999"]) == 0
    extra, command = calls
    assert extra == "lab"
    assert command[1:] == ["-m", "jupyterlab", "notebooks/00_start_here.ipynb", "--port", "9999"]
    assert (ROOT / command[3]).exists()


def test_test_passes_arguments_on_to_pytest(calls):
    run.main(["test", "tests/test_run.py", "-k", "stamp"])
    command = [str(run.PYTHON), "-m", "pytest", "tests/test_run.py", "-k", "stamp"]
    assert calls == ["test", command]


def test_test_checks_style_and_then_everything(calls):
    run.main(["test"])
    steps = [" ".join(command[2:]) for command in calls[1:]]
    assert steps == ["ruff check .", "ruff format --check .", "pytest"]


def test_bench_runs_all_benchmarks_or_those_named(calls):
    assert run.main(["bench"]) == 0
    files = [f"tests/benchmarks/{name}.py" for name in ("redraw", "browser", "training")]
    assert calls == ["bench", *([str(run.PYTHON), file] for file in files)]
    calls.clear()
    assert run.main(["bench", "training", "redraw"]) == 0
    assert [command[1] for command in calls[1:]] == [files[2], files[0]]
    assert (ROOT / files[2]).exists()


def test_bench_stops_at_the_first_failure_with_its_exit_code(calls, monkeypatch):
    monkeypatch.setattr(subprocess, "call", lambda command, **_: calls.append(command) or 3)
    assert run.main(["bench"]) == 3
    assert len(calls) == 2


def test_an_unknown_benchmark_gets_a_sentence(calls):
    with pytest.raises(SystemExit, match="knows redraw, browser, training, not 'redarw'"):
        run.main(["bench", "redarw"])
    assert not calls


def test_test_stops_at_the_first_failure_with_its_exit_code(calls, monkeypatch):
    monkeypatch.setattr(subprocess, "call", lambda command, **_: calls.append(command) or 3)
    assert run.main(["test"]) == 3
    assert len(calls) == 2


def test_one_thread_unless_the_reader_says_otherwise(calls, monkeypatch):
    environments = []
    monkeypatch.setattr(subprocess, "call", lambda _, cwd, env: environments.append(env))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    run.call("-c", "")
    assert environments[0]["OMP_NUM_THREADS"] == "1"
    assert environments[0]["OPENBLAS_NUM_THREADS"] == "7"
    assert environments[0]["PATH"] == os.environ["PATH"]


def test_matrix_runs_the_places_with_the_python_that_is_there(calls):
    run.main(["matrix", "colab"])
    (command,) = calls
    assert command == [run.BASE_PYTHON, str(ROOT / "tests/places/matrix.py"), "colab"]


@pytest.mark.parametrize("room", ["bnviz", "bnviz.live", "bnviz.pictures.base", "bnviz.explore"])
@pytest.mark.parametrize("kind", ["DeprecationWarning", "FutureWarning", "UserWarning"])
def test_a_warning_of_our_own_is_an_error_and_that_of_others_is_not(room, kind):
    code = (
        f"import warnings; exec('warnings.warn(str(), {kind})', {{**globals(), '__name__': NAME}})"
    )
    ends = []
    for name in (room, "matplotlib.figure"):
        command = [sys.executable, "-c", code.replace("NAME", repr(name))]
        done = subprocess.run(command, env={**os.environ, **run.strict()}, capture_output=True)
        ends.append(done.returncode)
    assert ends == [1, 0]


# Set-up


def test_the_first_start_installs_and_the_second_does_nothing(machine):
    run.set_up("lab")
    assert machine.did() == ["venv", "install"]
    run.set_up("lab")
    assert machine.did() == []


def test_another_extra_is_added_to_what_is_there(machine):
    run.set_up("lab")
    machine.did()
    run.set_up("test")
    assert machine.did() == ["install"]
    run.set_up("lab")
    run.set_up("test")
    assert machine.did() == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_file_remakes_the_venv(machine, name):
    run.set_up("lab")
    (run.HERE / name).write_text("numpy, matplotlib")
    machine.did()
    run.set_up("lab")
    assert machine.did() == ["venv", "install"]


def test_another_python_remakes_the_venv(machine, monkeypatch):
    run.set_up("lab")
    machine.did()
    monkeypatch.setattr(sys, "version", "3.99")
    run.set_up("lab")
    assert machine.did() == ["venv", "install"]


def test_a_venv_whose_python_is_gone_is_remade(machine):
    run.set_up("lab")
    run.PYTHON.unlink()
    machine.did()
    run.set_up("lab")
    assert machine.did() == ["venv", "install"]


def test_a_failed_install_gets_a_sentence_and_is_not_trusted(machine):
    machine.fails = "install"
    with pytest.raises(SystemExit, match=r"stopped at `.* install .*\[lab\].*`.*online"):
        run.set_up("lab")
    left_over = run.VENV / "half"
    left_over.touch()
    machine.did()
    machine.fails = None
    run.set_up("lab")
    assert machine.did() == ["venv", "install"]
    assert not left_over.exists()


def test_an_interrupted_second_extra_distrusts_the_first(machine, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    run.set_up("lab")
    machine.did()
    with monkeypatch.context() as interrupted:
        interrupted.setattr(subprocess, "call", interrupt)
        with pytest.raises(SystemExit, match="interrupted: the next start begins it anew"):
            run.set_up("test")
    run.set_up("lab")
    assert machine.did() == ["venv", "install"]


def test_uv_is_used_where_it_is(machine, monkeypatch):
    run.set_up("lab")
    python, pip = machine.commands
    assert python[1:3] == ["-m", "venv"]
    assert pip[:4] == [str(run.PYTHON), "-m", "pip", "install"]
    shutil.rmtree(run.VENV)
    machine.commands.clear()
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    run.set_up("lab")
    python, pip = machine.commands
    assert python[:2] == ["uv", "venv"]
    assert pip[:3] == ["uv", "pip", "install"]
    assert pip[pip.index("-c") + 1] == "constraints.txt"


def test_other_versions_can_be_asked_for(machine, monkeypatch):
    monkeypatch.setenv("BNVIZ_CONSTRAINTS", "oldest.txt")
    asked = runpy.run_path(str(ROOT / "run.py"))["CONSTRAINTS"]
    assert asked == "oldest.txt"
    (run.HERE / asked).write_text("numpy==1.26.0")
    monkeypatch.setattr(run, "CONSTRAINTS", asked)
    run.set_up("test")
    assert machine.commands[-1][-2:] == ["-c", "oldest.txt"]


def test_a_missing_venv_module_gets_a_sentence(machine, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="sudo apt install python3-venv"):
        run.set_up("lab")
    assert machine.did() == []


# The saved notebook


def test_clean_keeps_the_picture_and_drops_the_widget(tmp_path):
    seen = {"image/png": "AA==", "text/plain": ["mean 3"], run.WIDGET_VIEW: {"model_id": "1"}}
    alone = {"text/plain": ["IntSlider()"], run.WIDGET_VIEW: {"model_id": "2"}}
    printed = [{"output_type": "stream", "name": "stdout", "text": [t]} for t in ("a", "b\n", "c")]
    shown = [{"output_type": "display_data", "data": data} for data in (seen, alone)]
    cell = {"cell_type": "code", "id": "kept", "execution_count": 3, "outputs": printed + shown}
    path = tmp_path / "saved.ipynb"
    path.write_text(json.dumps({"metadata": {"widgets": {"state": {}}}, "cells": [cell]}))
    run.clean(path)
    saved = json.loads(path.read_text())
    text, picture, widget = saved["cells"][0].pop("outputs")
    assert saved["cells"] == [{"cell_type": "code", "id": "kept", "execution_count": 3}]
    assert saved["metadata"] == run.NOTEBOOK_METADATA
    assert text["text"] == ["ab\n", "c"]
    assert set(picture["data"]) == {"image/png", "text/plain"}
    assert run.WIDGET_VIEW in widget["data"]  # nothing else would be left to see
    once = path.read_bytes()
    run.clean(path)
    assert path.read_bytes() == once
    assert once.endswith(b"}\n")


def test_a_second_refresh_changes_no_byte(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "set_up", lambda extra: None)
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    slow = "import tqdm, time, sys\n\nfor _ in tqdm.tqdm([1, 2], file=sys.stdout): time.sleep(0.2)"
    sources = ["from bnviz import explore\n\nexplore.pipeline()", slow, "print('seen')"]
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "outputs": [], "source": source}
        for i, source in enumerate(sources)
    ]
    path = tmp_path / "notebook.ipynb"
    for cell in cells:
        cell["execution_count"] = None
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))
    assert run.main(["refresh", str(path)]) == 0
    once = path.read_bytes()
    assert b"image/png" in once
    assert b"seen\\n" in once
    assert b"it/s" not in once
    assert run.WIDGET_VIEW.encode() not in once
    assert run.main(["refresh", str(path)]) == 0
    assert path.read_bytes() == once


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
    assert needed <= set(pinned)
