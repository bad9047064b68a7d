"""Run experiments anew and keep what they give: `python -m bnviz.recordings NAME …`."""

import sys
from importlib import import_module

from bnviz import recordings

for name in sys.argv[1:]:
    recordings.keep(name, import_module(f"bnviz.recordings.{name}").run())
