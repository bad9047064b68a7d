"""The ten claims under test: who says them, which notebook tests them, and what it found.

In the notebook that is a claim's home, a cell ends in `claims.verdict(4, "reproduced", "…")`.
`claims.overview()` lists the claims with their verdicts, `claims.ledger()` what was measured.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from IPython.display import Markdown

MIME = "application/vnd.bnviz.claim+json"

WORDS = {  # what a verdict can be, and what it means
    "reproduced": "the measurement shows it",
    "partly": "the measurement shows a part of it, or only under some conditions",
    "not reproduced": "the measurement was able to show it, and does not",
    "not supported": "the measurement speaks against it",
    "not shown": "the measurement cannot tell",
}


class Claim(NamedTuple):
    """What short introductions to batch norm say, and where this series tests it."""

    number: int
    sentence: str
    gist: str  # the same in a few words, for the ledger
    source: str  # who says it; the paper is Ioffe & Szegedy 2015
    home: str  # the notebook that tests it and gives the verdict


CLAIMS = (
    Claim(
        1,
        "The input of a node has another distribution in every mini-batch, so its output has too; "
        "this slows learning and forces small steps and careful weights "
        "(“internal covariate shift”).",
        "The moving inputs slow learning.",
        "the paper, sections 1 and 2",
        "10_is_it_the_shift",
    ),
    Claim(
        2,
        "Normalizing that input cures it.",
        "Normalizing them cures it.",
        "the paper, section 2",
        "10_is_it_the_shift",
    ),
    Claim(
        3,
        "All it takes is the mean and the variance of the mini-batch.",
        "Mean and variance of the batch are all it takes.",
        "the paper, Algorithm 1",
        "03_normalization",
    ),
    Claim(
        4,
        "In (WX + b) − E(WX + b) the bias cancels, though a bias is said to be so important.",
        "The bias cancels.",
        "the paper, section 3.2; on the importance, most introductions to neural networks",
        "04_bias_cancellation",
    ),
    Claim(
        5,
        "Normalized values crowd around the origin, where the sigmoid is nearly a line; γ and β "
        "spread them out again.",
        "On normalized values the sigmoid is nearly a line; γ and β undo that.",
        "the paper, section 3",
        "05_scale_and_shift",
    ),
    Claim(
        6,
        "γ and β are no hyperparameters: W, γ and β are what is learned.",
        "γ and β are learned, not set.",
        "the paper, section 3",
        "05_scale_and_shift",
    ),
    Claim(
        7,
        "At test time: the average of the batch means, and the average of the batch variances "
        "times m/(m − 1).",
        "At test: averages over batches, the variance times m/(m − 1).",
        "the paper, Algorithm 2",
        "06_test_time_statistics",
    ),
    Claim(
        8,
        "It allows larger learning rates and faster training.",
        "Larger rates, faster training.",
        "the paper, sections 3.3 and 4",
        "08_training",
    ),
    Claim(
        9,
        "It makes training much less sensitive to the initial weights.",
        "The start matters much less.",
        "the paper, abstract and section 1",
        "08_training",
    ),
    Claim(
        10,
        "It regularizes and so prevents overfitting.",
        "It prevents overfitting.",
        "the paper, section 3.4; the second half, many introductions",
        "09_regularization",
    ),
)


@dataclass(frozen=True)  # Jupyter would show a tuple as a tuple
class Finding:
    """The verdict on one claim, as a notebook shows and saves it."""

    number: int
    word: str
    measured: str

    def __str__(self):
        return f"claim {self.number} · {self.word} · {self.measured}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": str(self), MIME: asdict(self)}


def verdict(number, word, measured):
    """The verdict on a claim; as the last line of a cell it is shown, and saved for the ledger.

    word: one of `WORDS`; measured: the numbers in a phrase, with their range and the seeds. Of
    its parts, which semicolons divide, the ledger shows the first ones and folds the others.
    Raises ValueError for a number or a word that there is not.
    """
    if number not in {claim.number for claim in CLAIMS}:
        raise ValueError(f"claims are numbered from 1 to {len(CLAIMS)}, got {number!r}")
    if word not in WORDS:
        raise ValueError(f"a verdict is one of {', '.join(WORDS)}; got {word!r}")
    return Finding(number, word, _as_written(measured))


def _as_written(measured):
    """Return a phrase with real minus signs, and one number for a range whose ends are the same."""
    measured = re.sub(r"(?<!\w)-(?=\d)", "−", measured)
    return re.sub(r"(?<![\d.−])(−?[\d.]+%?) to \1(?![\d.]*\d|%)", r"\1", measured)


def saved(folder="."):
    """The verdicts saved in the notebooks of a folder: {number of the claim: Finding}.

    Only a claim's home speaks for it. A notebook that is not there is left out.
    """
    found = {}
    for claim in CLAIMS:
        path = Path(folder) / f"{claim.home}.ipynb"
        cells = json.loads(path.read_text("utf-8"))["cells"] if path.exists() else []
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        said = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
        findings = [Finding(**each) for each in said if each["number"] == claim.number]
        found |= {finding.number: finding for finding in findings}
    return found


def overview(folder="."):
    """The claims as a table: what is said, who says it, where it is tested, with which verdict."""
    words = {number: finding.word for number, finding in saved(folder).items()}
    rows = [
        (f"{c.number}. {c.sentence}", c.source, _link(c), words.get(c.number, "–")) for c in CLAIMS
    ]
    return _table(("claim", "who says it", "tested in", "verdict"), rows)


def ledger(folder=".", numbers=range(1, 11)):
    """The verdicts as a table, as the notebooks of a folder have saved them, one line or two each.

    The claim as it was said and all that was measured are folded below its short form.
    numbers: those of the claims to list.
    """
    findings, rows = saved(folder), []
    for claim in (claim for claim in CLAIMS if claim.number in numbers):
        finding = findings.get(claim.number)
        word, measured = (f"**{finding.word}**", finding.measured) if finding else ("–", "–")
        said = f"<i>Claim:</i> {claim.sentence}<br><i>Measured:</i> {measured}"
        folded = f"<details><summary>in full</summary>{said}</details>"
        row = word, f"{claim.number}. {claim.gist} {folded}", _in_short(measured), _link(claim)
        rows.append(row)
    return _table(("verdict", "claim", "measured, in short", "in"), rows, align=":--")


def _in_short(measured, most=150):
    """Return the first part of what was measured, and as many more as two lines hold."""
    short, *others = measured.split("; ")
    for part in others:
        if len(f"{short}; {part}") > most:
            break
        short = f"{short}; {part}"
    return short


def _link(claim):
    return f"[{claim.home[:2]}]({claim.home}.ipynb)"


def _table(head, rows, align="---"):
    lines = [head, [align] * len(head), *rows]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
