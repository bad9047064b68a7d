"""What `run.py lab` and Binder hand to JupyterLab's server."""

from pathlib import Path

from traitlets.config import PyFileConfigLoader

from bnviz.saving import drop_widgets

FOLDER = Path(__file__).parents[1] / "tools" / "lab"


def load():
    return PyFileConfigLoader("config.py", path=str(FOLDER)).load_config()


def test_saving_keeps_pictures_in_place_of_widgets():
    assert load().ContentsManager.pre_save_hook is drop_widgets


def test_a_deck_that_was_left_open_does_not_come_back(tmp_path):
    before_a_page = load().ServerApp.tornado_settings.get_value({})["page_config_hook"]
    page = {"userSettingsDir": str(tmp_path)}
    assert before_a_page(None, page) is page  # no deck was ever open
    settings = tmp_path / "jupyterlab-slideshow" / "plugin.jupyterlab-settings"
    settings.parent.mkdir()
    settings.write_text('{\n    // Whether it is active\n    "active": true,\n    "b": true\n}')
    before_a_page(None, page)
    assert settings.read_text() == (
        '{\n    // Whether it is active\n    "active": false,\n    "b": true\n}'
    )
