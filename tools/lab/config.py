"""How JupyterLab is set up by `python3 run.py lab`, by `slides`, and on Binder: server's options.

What a reader would choose under *Settings* stands beside this, in overrides.json.
"""

import re
from pathlib import Path

from jupyterlab.commands import get_user_settings_dir

from bnviz.saving import drop_widgets


def close_deck():
    """Have no deck open at the start: the one who left it open has gone."""
    left = Path(get_user_settings_dir(), "jupyterlab-slideshow", "plugin.jupyterlab-settings")
    if left.exists():
        said = left.read_text(encoding="utf-8")
        left.write_text(re.sub('"active": *true', '"active": false', said), encoding="utf-8")


c = get_config()  # noqa: F821 (Jupyter provides it)
c.LabApp.app_settings_dir = str(Path(__file__).resolve().parent)  # it looks for overrides.json
c.ContentsManager.pre_save_hook = drop_widgets
close_deck()
