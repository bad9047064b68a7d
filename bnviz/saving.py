"""What a notebook keeps of its widgets: the picture or the words that stand beside each.

A widget needs the kernel that made it. Saved without it, its place in the page says "Loading
widget", or "model not found", and hides the picture.
"""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def drop_widgets(model, **_):
    """Take widgets out of a notebook that is about to be saved, where something else is to be seen.

    model: what Jupyter's contents manager hands to its `pre_save_hook`; it is changed.
    """
    if model["type"] != "notebook" or not model.get("content"):  # a file, or a notebook's new name
        return
    model["content"]["metadata"].pop("widgets", None)
    for cell in model["content"]["cells"]:
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if set(shown) - {WIDGET_VIEW, "text/plain"}:
                shown.pop(WIDGET_VIEW, None)
