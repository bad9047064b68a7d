"""Notebooks in the system's Chromium, for the browser tests and benchmarks.

Served by a JupyterLab of our own, they run in a native kernel; in the site, in the page itself.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tools import site

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
ROOT = Path(__file__).resolve().parents[2]
PYODIDE = os.environ.get("BNVIZ_PYODIDE")  # a folder; without it, Pyodide's own network
PATIENCE = 5 * 60_000  # milliseconds: how long any state is waited for, on a busy machine
PYODIDE_NETWORK = "cdn.jsdelivr.net"
NO_PYODIDE = (
    "The site needs Pyodide, from its network or from the folder that the environment variable "
    "BNVIZ_PYODIDE names, and has neither."
)
A_DEMO = "a picture with the controls"  # what stands for one in plain text
JUPYTERLABS_OWN = "debugger state"  # said at some starts of any kernel
# all cells stand in the page, not only those in view
SETTINGS = {"notebook-extension/tracker": {"windowingMode": "none"}}
expect.set_options(timeout=60_000)  # milliseconds: what it waits for is not the kernel's
# what stands in the page: for a moment that may be what stood there before
CURRENT = "window.jupyterapp?.shell.currentWidget"
# In the kernel: where the sliders of a demo stand, and what it shows there; null while another
# thread of the kernel has moved it on and not drawn it yet
ASK = r"""
def _asked(number):
    import hashlib, html, json, re
    from bnviz import style
    from bnviz.live import Live

    demo = [out for _, out in sorted(Out.items()) if isinstance(out, Live)][number]
    if not hasattr(demo, "drawn"):
        demo.drawn, show = demo.values, demo._show
        demo._show = lambda **values: (setattr(demo, "drawn", values), show(**values))[1]
    at = []  # what stands beside each slider
    for one in demo.controls.values():
        if hasattr(one, "readout_format"):
            at.append(f"{one.value:{one.readout_format}}")
        elif type(one).__name__ == "SelectionSlider":
            at.append(one._options_labels[one.index].replace("−", "-"))
    with style.own_looks():  # while this is held, nothing is drawn
        picture = hashlib.sha256(demo.image.value).hexdigest()
        caption = " ".join(html.unescape(re.sub("<[^>]+>", "", demo._words.value)).split())
        told = {"at": at, "picture": picture, "caption": caption}
        print(json.dumps(told if demo.drawn == demo.values else None))

_asked("""
# In the page: how many pictures each demo has been given; and `look`, which waits until the page
# shows what the kernel shows, for where the sliders stand in both
WATCH = """() => {
  window.pictures = [...document.querySelectorAll('.bnviz-live')].map(box => {
    const watched = {count: 0, box, image: box.querySelector('img.widget-image')};
    new MutationObserver(() => { watched.count += 1; })
      .observe(watched.image, {attributes: true, attributeFilter: ['src']});
    return watched;
  });
  const ask = async demo => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({code: ASK + demo + ')', store_history: false});
    let said = '';
    future.onIOPub = message => { said += message.content.text ?? ''; };
    const reply = await future.done;
    if (reply.content.status !== 'ok') throw new Error(JSON.stringify(reply.content));
    return JSON.parse(said);
  };
  const hash = async text => {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, '0')).join('');
  };
  const see = async ({box, image}) => ({
    at: [...box.querySelectorAll('.widget-readout')].map(one => one.innerText.replaceAll('−', '-')),
    picture: await hash(image.src),
    caption: box.querySelector('.bnviz-words').innerText.split(/\\s+/).join(' ').trim(),
  });
  window.look = async demo => {
    for (const end = Date.now() + PATIENCE; ; ) {
      const told = await ask(demo), seen = await see(pictures[demo]);
      const drawn = await pictures[demo].image.decode().then(() => true, () => false);
      if (drawn && JSON.stringify(seen) === JSON.stringify(told)) {
        return [seen.picture, seen.caption];
      }
      if (Date.now() > end) throw new Error(JSON.stringify({told, seen}));
      await new Promise(done => setTimeout(done, 20));
    }
  };
}""".replace("PATIENCE", str(PATIENCE)).replace("ASK", json.dumps(ASK))


def find_chromium():
    """Return the path of the system's Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def has_pyodide():
    """Whether there is a Pyodide for the site."""
    try:
        return bool(PYODIDE) or not socket.create_connection((PYODIDE_NETWORK, 443), 10).close()
    except OSError:
        return False


def launch(playwright):
    """Start that browser so that it reaches this machine alone, and Pyodide where it has to."""
    reached = ["127.0.0.1"] + [PYODIDE_NETWORK] * (not PYODIDE)
    rules = ["MAP * ~NOTFOUND", *(f"EXCLUDE {name}" for name in reached)]
    arguments = [*QUIET, f"--host-resolver-rules={', '.join(rules)}"]
    return playwright.chromium.launch(executable_path=find_chromium(), args=arguments)


@contextlib.contextmanager
def jupyter(folder):
    """Serve `folder` by a JupyterLab that neither reads nor leaves anything elsewhere.

    Gives a function from a path on the server (`doc/tree/…` for one document) to its address. What
    pages before had open is not opened again, nor are its kernels.
    """
    home, port, token = folder / ".jupyter", free_port(), secrets.token_hex(16)
    for name, values in SETTINGS.items():
        path = home / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    options = [
        f"--config={ROOT / 'tools/lab/config.py'}",
        f"--port={port}",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.user_settings_dir={home}/settings",
        f"--LabApp.workspaces_dir={home}",
        "--LabApp.expose_app_in_browser=True",
        "--ServerApp.port_retries=0",
        "--ServerApp.log_level=ERROR",
        "--no-browser",
        "--allow-root",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options]
    with open(home / "log", "w") as log:
        server = subprocess.Popen(command, env=environment(folder), stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, home / "log")
        yield lambda path: f"http://127.0.0.1:{port}/{path}?token={token}&reset"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:  # it waits for kernels, which die with it
            server.kill()
            server.wait()


@contextlib.contextmanager
def web_host(folder):
    """Serve a site; give a function from a notebook's name to its address."""
    with site.server(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/notebooks/index.html?path="
        yield lambda name: address + name
        server.shutdown()


def environment(folder):
    """Return the environment in which that JupyterLab keeps its data, trust included."""
    home = str(folder / ".jupyter")
    own = dict.fromkeys(("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"), home)
    threads = dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1")
    return os.environ | own | threads


def write_notebook(path, sources, kernel="python3"):
    """Write a notebook of code cells for a kernel."""
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**code, "id": f"c{i}", "source": text.strip()} for i, text in enumerate(sources)]
    about = {"kernelspec": {"name": kernel, "display_name": "", "language": "python"}}
    notebook = {"cells": cells, "metadata": about}
    path.write_text(json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")


def open_page(browser, **options):
    """Open a page that keeps what is complained of in it, and whom it asks for anything."""
    page = browser.new_page(**{"viewport": {"width": 1366, "height": 900}} | options)
    page.context.set_default_timeout(PATIENCE)
    page.complaints, page.asked = [], set()

    def complain(said):
        own = JUPYTERLABS_OWN in said.text or said.location["url"].endswith("/favicon.ico")
        if said.type == "error" and not own:
            page.complaints.append(said.text)

    page.on("console", complain)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.context.on("request", lambda request: page.asked.add(urlsplit(request.url).netloc))
    return page


def show_notebook(page, address):
    """Open a notebook and wait until its cells stand there."""
    page.goto(address)
    asked = urlsplit(address)
    path = parse_qs(asked.query).get("path", [asked.path.partition("/tree/")[2]])[0]
    page.wait_for_function(f"path => {CURRENT}?.context?.localPath === path", arg=path)
    page.evaluate("jupyterapp.shell.currentWidget.context.ready")
    cells = page.evaluate("jupyterapp.shell.currentWidget.content.model.cells.length")
    page.locator(".jp-Notebook .jp-Cell").nth(cells - 1).wait_for(state="attached")


def open_notebook(page, address):
    """Open a notebook and wait until its cells stand there and its kernel answers."""
    show_notebook(page, address)
    page.evaluate(
        """async () => {
          const {sessionContext} = jupyterapp.shell.currentWidget;
          await sessionContext.ready;
          await sessionContext.session.kernel.info;
        }"""
    )


def run_all(page):
    """Run all cells, wait for the end, and return them with what they show."""
    page.evaluate(
        """() => {
          window.ran = null;
          jupyterapp.commands.execute('notebook:run-all-cells')
            .then(() => { window.ran = 'through'; }, error => { window.ran = String(error); });
        }"""
    )
    ran = page.wait_for_function("window.ran", timeout=2 * PATIENCE).json_value()
    assert ran == "through", ran
    cells = page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON().cells")
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    wrong = [one for one in outputs if "error" in one["output_type"] or one.get("name") == "stderr"]
    assert not wrong, wrong
    return cells


@contextlib.contextmanager
def ran_notebook(browser, address, **options):
    """Open a notebook in a page of its own, run it, and give the page once its demos stand there.

    `page.cells` has the cells and `page.demos` finds the demos; at last the kernel is ended.
    """
    page = open_page(browser, **options)
    open_notebook(page, address)
    page.cells, page.demos = run_all(page), page.locator(".bnviz-live")
    shown = [output.get("data", {}) for cell in page.cells for output in cell.get("outputs", [])]
    wanted = sum(A_DEMO in "".join(data.get("text/plain", "")) for data in shown)
    expect(page.locator(".bnviz-live img.widget-image")).to_have_count(wanted, timeout=PATIENCE)
    yield page
    end_kernel(page)
    page.close()


def end_kernel(page):
    """End the kernel of the notebook that a page shows."""
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def printed(cells):
    """Return what the cells of a notebook print, by cell, but for those that depend on machines."""
    own = [cell for cell in cells if "nbval-ignore-output" not in cell["metadata"].get("tags", [])]
    return {
        cell["id"]: "".join(
            "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
            for output in cell["outputs"]
        )
        for cell in own
        if cell["cell_type"] == "code"
    }


def saved(name):
    """Return what the cells of a notebook of the series are saved with, in the same form."""
    return printed(json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))["cells"])


class Look(NamedTuple):
    """What a reader has before them."""

    picture: str  # hash of its bytes
    caption: str


def look(page, demo):
    """Wait for what belongs to where the sliders stand; return the picture and the caption."""
    return Look(*page.evaluate("demo => look(demo)", demo))


def drag(page, demo, handle, moves):
    """Drag a handle from the left end over the whole track in `moves` steps.

    The hand rests halfway until two pictures have been painted. Returns how many came after it let
    go.
    """
    handle.scroll_into_view_if_needed()
    track = handle.locator("xpath=ancestor::*[contains(@class,'noUi-base')]").bounding_box()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = count(page, demo)
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(1, moves + 1):
        page.mouse.move(x + (track["width"] + 20) * move / moves, y)
        if move == moves // 2:
            wait_for_pictures(page, demo, before + 2)
    page.mouse.up()
    stopped = count(page, demo)
    look(page, demo)
    return count(page, demo) - stopped


def wait_for_pictures(page, demo, wanted):
    """Wait until a demo has been given so many pictures since WATCH."""
    painted = "([demo, wanted]) => pictures[demo].count >= wanted"
    page.wait_for_function(painted, arg=[demo, wanted])


def count(page, demo):
    """Return how many pictures a demo has been given since WATCH."""
    return page.evaluate("demo => pictures[demo].count", demo)


@contextlib.contextmanager
def narrowed(page, width):
    """Make the window narrow for a while; the notebook fits into it from the start."""
    wide = page.viewport_size
    page.set_viewport_size({"width": width, "height": 900})
    right = "document.querySelector('.jp-Notebook').getBoundingClientRect().right"
    page.wait_for_function(f"width => {right} <= width", arg=width)
    yield
    page.set_viewport_size(wide)


def free_port():
    """Return a port on this machine that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(address, server, log):
    """Wait until a server answers."""
    end = time.monotonic() + PATIENCE / 1000
    while server.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(address, timeout=PATIENCE / 1000).close()
        time.sleep(0.2)
    raise RuntimeError(f"The server did not start (exit code {server.poll()}): {log.read_text()}")
