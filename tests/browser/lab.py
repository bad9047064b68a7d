"""A JupyterLab of our own in the system's Chromium, for the browser tests and benchmarks."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from typing import NamedTuple

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SETTINGS = {
    # all cells stand in the page, not only those in view
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
# In the page: how many pictures each demo has been given, and the bytes of the present one
WATCH = """() => {
  window.pictures = [...document.querySelectorAll('.bnviz-live')].map(box => {
    const watched = {count: 0, image: box.querySelector('img.widget-image')};
    new MutationObserver(() => { watched.count += 1; watched.at = performance.now(); })
      .observe(watched.image, {attributes: true, attributeFilter: ['src']});
    return watched;
  });
  window.bytes = async demo => {
    const blob = await (await fetch(window.pictures[demo].image.src)).arrayBuffer();
    const hash = await crypto.subtle.digest('SHA-256', blob);
    return [...new Uint8Array(hash)].map(byte => byte.toString(16)).join(' ');
  };
  window.kernel = () => jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  // an empty request comes back after all that was asked before it
  window.settle = async demo => {
    for (let before = -1; before !== window.pictures[demo].count; ) {
      before = window.pictures[demo].count;
      await window.kernel().requestKernelInfo();
      await new Promise(done => setTimeout(done, 80));
    }
    await window.pictures[demo].image.decode();
  };
}"""


def find_chromium():
    """Return the path of the system's Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def jupyter(folder):
    """Serve `folder` by a JupyterLab that neither reads nor leaves anything elsewhere.

    Gives a function from a path on the server (`doc/tree/…` for one document) to its address.
    """
    home, port, token = folder / ".jupyter", _free_port(), secrets.token_hex(16)
    for name, values in SETTINGS.items():
        path = home / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    options = [f"--port={port}", "--no-browser", "--allow-root", "--ServerApp.log_level=ERROR"]
    options += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    options += [f"--LabApp.user_settings_dir={home}/settings", "--ServerApp.port_retries=0"]
    options += [f"--LabApp.workspaces_dir={home}", "--LabApp.expose_app_in_browser=True"]
    with open(home / "log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=environment(folder),
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, home / "log")
        yield lambda path: f"http://127.0.0.1:{port}/{path}?token={token}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:  # it waits for kernels, which die with it
            server.kill()
            server.wait()


def environment(folder):
    """Return the environment in which that JupyterLab keeps its data, trust included."""
    home = str(folder / ".jupyter")
    own = dict.fromkeys(("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"), home)
    threads = dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1")
    return os.environ | own | threads


def open_notebook(page, address):
    """Open a notebook and wait until its cells stand there."""
    page.goto(address)
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context", timeout=60_000)
    page.evaluate(
        """async () => {
          const notebook = jupyterapp.shell.currentWidget;
          await notebook.context.ready;
          await notebook.sessionContext.ready;
          const kernel = notebook.sessionContext.session.kernel;
          // a restart while the page is still asking the new kernel things would confuse it
          for (let calm = 0; calm < 10; calm = kernel.status === 'idle' ? calm + 1 : 0)
            await new Promise(done => setTimeout(done, 100));
        }"""
    )
    cells = page.evaluate("jupyterapp.shell.currentWidget.content.model.cells.length")
    page.locator(".jp-Notebook .jp-Cell").nth(cells - 1).wait_for(state="attached")


def run_all(page):
    """Restart Kernel and Run All Cells, and wait for the end."""
    page.evaluate(
        """() => {
          window.ran = null;
          jupyterapp.commands.execute('notebook:restart-run-all')
            .then(() => { window.ran = 'through'; }, error => { window.ran = String(error); });
        }"""
    )
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    ran = page.wait_for_function("window.ran", timeout=120_000).json_value()
    assert ran == "through", ran
    cells = page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON().cells")
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    wrong = [one for one in outputs if "error" in one["output_type"] or one.get("name") == "stderr"]
    assert not wrong, wrong


class Look(NamedTuple):
    """What a reader has before them."""

    picture: str  # hash of its bytes
    caption: str


def look(page, demo):
    """Wait until the kernel has answered everything; return the picture and the caption."""
    page.evaluate("demo => settle(demo)", demo)
    words = page.locator(".bnviz-live").nth(demo).locator(".bnviz-words")
    return Look(page.evaluate("demo => bytes(demo)", demo), words.inner_text())


def at(handle):
    """Return where a slider's handle stands."""
    return float(handle.get_attribute("aria-valuenow"))


def drag(page, demo, handle, moves):
    """Drag a handle from the left end over the whole track in `moves` steps.

    Returns how many pictures were painted until the hand stopped, and how many after.
    """
    handle.scroll_into_view_if_needed()
    track = handle.locator("xpath=ancestor::*[contains(@class,'noUi-base')]").bounding_box()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    first = _count(page, demo)
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(1, moves + 1):
        page.mouse.move(x + (track["width"] + 20) * move / moves, y)
    page.mouse.up()
    stopped = _count(page, demo)
    look(page, demo)
    return stopped - first, _count(page, demo) - stopped


def photograph(page, path):
    """Save a picture of the whole notebook, however long."""
    path.parent.mkdir(exist_ok=True)
    size = page.viewport_size
    tall = page.locator(".jp-WindowedPanel-outer").evaluate("outer => outer.scrollHeight") + 120
    page.set_viewport_size(size | {"height": tall})
    page.wait_for_timeout(300)
    page.screenshot(path=path)
    page.set_viewport_size(size)


def _count(page, demo):
    return page.evaluate("demo => pictures[demo].count", demo)


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait_for(address, server, log):
    for _ in range(300):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(address, timeout=2).close()
        if server.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start (exit code {server.poll()}): {log.read_text()}")
