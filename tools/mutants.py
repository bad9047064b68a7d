"""Mutation testing: which small changes to the library does no fast test notice?

    python3 run.py mutants                        all of it, about ten minutes
    python3 run.py mutants measures checks        two modules

mutmut changes a copy of the library in one place at a time, a `<` to `<=`, a 1 to a 2, and runs
the tests that come by there. What no test notices is shown, unless it is a change of wording, and
why it makes no difference, as `EQUIVALENT` has it. The exit code is 0 if at least 97 % are
noticed. mutmut forks, which Windows cannot.
"""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = "arguments", "batchnorm", "network", "training", "measures", "checks", "trials"
TESTS = *MODULES[1:-1], "digits", "properties", "bad_input"
ENOUGH = 97  # percent
CONFIGURATION = """
[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
addopts = ["--import-mode=importlib", "-m", "not slow"]
markers = ["slow"]
[tool.mutmut]
source_paths = ["bnviz"]
only_mutate = {}
also_copy = ["tests"]
"""

# function, pattern of the changed line: why no test can tell it from the line as it was
EQUIVALENT = [
    (r".*", r"zip\(.*(strict=(None|False)|, )\)", "what is zipped has the same length in any case"),
    (r".*", r'kind not in "XX', "no kind of a dtype is called X"),
    (r"arguments.floats", r"copy=None", "NumPy takes None for False"),
    (r"batchnorm.normalize", r"eps > 1", "the other way divides as well, and takes longer"),
    (r"measures.compress", r"n < at_most", "groups of one value are the values"),
    (r"network.(select|side_by_side)", r"layers\[1\]", "all layers of a stack are stacked"),
    (r"training.train", r"\[seed, 2\]", "any examples will do"),
    (r"training.train", r"in looks\[1\]", "every look keeps the same"),
    (r"training._some", r"\[seed, 3\]", "any images will do"),
    (r"training._with_nan", r"widest\), None", "None becomes nan in an array of floats"),
    (r"training.parameter_rates", r"layers\[1\]", "all layers of a stack are stacked"),
    (r"training._as_data", r"images, (None)?\)", "network.forward converts them, too"),
    (r"trials.differences", r"None, key", "arrays have no parts, with names or without"),
    (r"trials.close", r"astype\(None\)", "NumPy takes None for float"),
    (r"checks._repr_mimebundle_", r"quote=None", "None is as false as False"),
    (r"checks.in_words", r"\(exercise.use, \)", "what is left out is the first parameter"),
]


def main(modules):
    """Print what no test notices, and the share of what is noticed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        prepare(copy, modules)
        mutmut(copy, "run", stdout=sys.stderr)
        noticed, unnoticed = results(copy)
    unnoticed = [change for change in unnoticed if not is_wording(*change[1:])]
    for function, old, new in unnoticed:
        print(f"{function}\n  - {old}\n  + {new}\n  {reason(function, new) or 'UNNOTICED'}")
    share = 100 * noticed / (noticed + len(unnoticed))
    print(f"{share:.1f} % of {noticed + len(unnoticed)} changes are noticed, wording aside")
    return share < ENOUGH


def reason(function, new):
    """Why a change makes no difference, None where it does."""
    for where, what, why in EQUIVALENT:
        if re.fullmatch(where, function) and re.search(what, new):
            return why


def prepare(copy, modules):
    """Lay out the library and its fast tests for mutmut."""
    shutil.copytree(ROOT / "bnviz", copy / "bnviz", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "tests").mkdir()
    for name in TESTS:
        shutil.copy(ROOT / f"tests/test_{name}.py", copy / "tests")
    for name in modules:
        path = copy / f"bnviz/{name}.py"
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")
    paths = [f"bnviz/{name}.py" for name in modules]
    (copy / "pyproject.toml").write_text(CONFIGURATION.format(paths), encoding="utf-8")


def undecorated(source):
    """Apply decorators in a line of their own: mutmut passes over what is decorated."""
    lines = source.splitlines()
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.FunctionDef) and len(node.decorator_list) == 1:
            (decorator,) = node.decorator_list
            lines.insert(node.end_lineno, f"{node.name} = {ast.unparse(decorator)}({node.name})")
            lines[decorator.lineno - 1] = ""
    return "\n".join(lines) + "\n"


def mutmut(copy, *arguments, **options):
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=copy, check=True, text=True, **options)


def results(copy):
    """How many changes the tests noticed, and (function, old line, new line) of the others."""
    listed = mutmut(copy, "results", "--all", "true", capture_output=True).stdout
    verdicts = re.findall(r"^ *(bnviz\S+): (.+)$", listed, re.M)
    noticed = [name for name, verdict in verdicts if verdict in ("killed", "timeout")]
    others = [name for name, verdict in verdicts if verdict not in ("killed", "timeout")]
    return len(noticed), [(function_of(name), *lines_of(copy, name)) for name in others]


def function_of(name):
    """bnviz.batchnorm.x_fold__mutmut_1 → batchnorm.fold"""
    return re.sub(r"^bnviz\.(\w+)\.x_(\w+)__mutmut_\d+$", r"\1.\2", name)


def lines_of(copy, name):
    """The line that a change takes away and the one that it puts there."""
    shown = mutmut(copy, "show", name, capture_output=True).stdout
    lines = re.findall(r"^[-+](?![-+])\s*(.*)$", shown, re.M)
    return " ".join(lines[: len(lines) // 2]), " ".join(lines[len(lines) // 2 :])


def is_wording(old, new):
    """Whether a change is one of the text of an error."""
    return bool(re.match(r'(raise ValueError\()?f?"', old))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or MODULES))
