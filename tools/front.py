"""Make the pages of the site that need no kernel: front.py SITE.

The front page has one slider, whose pictures the demo itself draws here; the map and the routes
are the README's. Every notebook is there as a page to read, too. `front.py --animation FILE` draws
the slider's way up and down as a film, which the README shows.
"""

import base64
import html
import io
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from string import Template

import numpy as np
from nbconvert.filters import markdown2html
from PIL import Image

from bnviz import explore

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
GAMMAS = np.linspace(0, 6, 25)
SIZE = 720, 312  # pixels of the film
LIVE = "notebooks/index.html?path={name}.ipynb"
# of a notebook (its name is group 1) by its title (group 2)
TO_READ = r'<a href="read/\1.html">\2</a>'
BOTH = TO_READ + ' <a class="live" href="' + LIVE.format(name=r"\1") + r'">live<span> \2</span></a>'
TWIN = (
    'A page to read. <a href="../' + LIVE + '">Open it live</a>, and its sliders move and its '
    'cells run, here in the browser. <a href="../index.html">All notebooks</a>'
)


def make_pages(site):
    """Write the front page, its pictures, and a page for every notebook into a site's folder."""
    drawn = list(frames())
    captions = [caption for _, caption in drawn]
    (site / "frames").mkdir()
    for number, (png, _) in enumerate(drawn):
        (site / "frames" / f"{number}.png").write_bytes(png)
    write_film(drawn, site / "scale_shift.webp")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first = GAMMAS.tolist().index(1.0)
    parts = {
        "start": LIVE.format(name="00_start_here"),
        "map": with_links(section(readme, "The notebooks"), BOTH),
        "routes": with_links(section(readme, "Where to begin"), TO_READ),
        "captions": json.dumps(captions),
        "first": first,
        "last": len(GAMMAS) - 1,
        "caption": html.escape(captions[first]),
    }
    front = Template((HERE / "front.html").read_text(encoding="utf-8")).substitute(parts)
    (site / "index.html").write_text(front, encoding="utf-8")
    write_notebooks(site / "read")


def frames():
    """Yield the pictures of `scale_shift` at each γ, as PNG bytes, and their captions."""
    demo = explore.scale_shift()
    for gamma in GAMMAS:
        demo.set(gamma=float(gamma))
        yield base64.b64decode(bytes(demo.image.value).partition(b",")[2]), demo.caption


def write_film(drawn, path):
    """Write the pictures as a film that goes from γ = 0 to 6 and back."""
    looks = [Image.open(io.BytesIO(png)).convert("RGB") for png, _ in drawn]
    small = [one.resize(SIZE, Image.Resampling.LANCZOS) for one in looks]
    there_and_back = small + small[-2:0:-1]
    options = {"save_all": True, "duration": 120, "loop": 0, "quality": 70}
    there_and_back[0].save(path, append_images=there_and_back[1:], **options)


def section(text, heading):
    """Return the table under a heading of a Markdown text, as HTML."""
    return markdown2html(re.search(rf"(?s)\n## {heading}\n\n(\|.+?)\n\n", text)[1])


def with_links(page, links):
    """Put others in the place of each link to a notebook: to its page, to its live twin."""
    return re.sub(r'<a href="notebooks/(\w+)\.ipynb">(.+?)</a>', links, page)


def write_notebooks(folder):
    """Export every notebook as a page that leads to its live twin."""
    with tempfile.TemporaryDirectory() as copies:
        for path in sorted(ROOT.glob("notebooks/*.ipynb")):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                if "/assets/colab-badge.svg" in "".join(cell["source"]):
                    cell["source"] = TWIN.format(name=path.stem)
            Path(copies, path.name).write_text(json.dumps(notebook), encoding="utf-8")
        command = [sys.executable, "-m", "nbconvert", "--config", HERE / "export.py", "--to=html"]
        command += [f"--output-dir={folder}", *sorted(Path(copies).iterdir())]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    if sys.argv[1] == "--animation":
        write_film(list(frames()), Path(sys.argv[2]))
    else:
        make_pages(Path(sys.argv[1]))
