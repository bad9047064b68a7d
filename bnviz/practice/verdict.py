"""What the judge says of an answer, in words, as a page, and as data that `marks` reads."""

import html
import re
from dataclasses import dataclass

KIND = "application/vnd.bnviz.verdict+json"
GAP = "not filled in"  # the one mistake that is none


@dataclass(frozen=True)
class Verdict:
    """What the judge says; `mistake` is its short name, None where the answer passed."""

    passed: bool
    mistake: str | None
    message: str
    rows: list | tuple = ()  # (part, expected, received), as text
    exercise: str = ""

    @property
    def sign(self):
        """What stands before the message."""
        if self.passed:
            return "✓ Right."
        return "○ Your turn." if self.mistake == GAP else "✗ Not yet."

    @property
    def data(self):
        """What a program may want to know of it."""
        return {"exercise": self.exercise, "passed": self.passed, "mistake": self.mistake}

    def __str__(self):
        rows = [f"{part}\n  expected  {e}\n  received  {r}" for part, e, r in self.rows]
        return "\n".join([f"{self.sign} {self.message.replace('`', '')}", *rows])

    def _repr_mimebundle_(self, include=None, exclude=None):
        said = re.sub("`(.+?)`", r"<code>\1</code>", html.escape(self.message, quote=False))
        lines = [("", "expected", "received"), *self.rows] if self.rows else []
        cells = ["".join(f"<td><pre>{html.escape(text)}</pre></td>" for text in r) for r in lines]
        table = f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>" if cells else ""
        return {
            "text/plain": str(self),
            "text/html": f"<p role='status'><b>{self.sign}</b> {said}</p>" + table,
            KIND: self.data,
        }
