"""How JupyterLab is set up by `python3 run.py lab`, by `slides`, and on Binder: server's options.

What a reader would choose under *Settings* stands beside this, in overrides.json.
"""

import re
from pathlib import Path

from bnviz.saving import drop_widgets


def close_deck(_, page):
    """Have no deck open in a page that is loaded: whoever left it open there has gone.

    page: JupyterLab's settings for the page, as it hands them to its `page_config_hook`.
    """
    folder = Path(page["userSettingsDir"], "jupyterlab-slideshow")
    left = folder / "plugin.jupyterlab-settings"
    if left.exists():
        said = left.read_text(encoding="utf-8")
        left.write_text(re.sub('"active": *true', '"active": false', said), encoding="utf-8")
    return page


c = get_config()  # noqa: F821 (Jupyter provides it)
c.LabApp.app_settings_dir = str(Path(__file__).resolve().parent)  # it looks for overrides.json
c.ContentsManager.pre_save_hook = drop_widgets
c.ServerApp.tornado_settings.update({"page_config_hook": close_deck})
