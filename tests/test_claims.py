"""The list of claims, their verdicts, and the ledger that is read from saved notebooks."""

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_notebook, new_output

from bnviz.practice import claims


def save(folder, home, *findings):
    """A notebook that shows these verdicts, as Jupyter saves it."""
    outputs = [new_output("execute_result", each._repr_mimebundle_()) for each in findings]
    cell = new_code_cell("claims.verdict(...)", outputs=outputs)
    nbformat.write(new_notebook(cells=[cell]), folder / f"{home}.ipynb")


def test_a_verdict_says_its_line_and_refuses_words_of_its_own():
    finding = claims.verdict(4, "reproduced", "at most 8e-15")
    assert str(finding) == "claim 4 · reproduced · at most 8e-15"
    data, _ = InteractiveShell.instance().display_formatter.format(finding)
    assert data["text/plain"] == str(finding)
    with pytest.raises(ValueError, match="a verdict is one of reproduced, partly"):
        claims.verdict(4, "true", "at most 8e-15")
    with pytest.raises(ValueError, match="from 1 to 10, got 11"):
        claims.verdict(11, "partly", "")


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("m = 4 -0.2 ± 0.5, at most 8e-15", "m = 4 −0.2 ± 0.5, at most 8e-15"),
        ("0.16 to 0.16 sd, 1.0 to 1.05, 8% to 8%", "0.16 sd, 1.0 to 1.05, 8%"),
        ("-0.2 to 0.2, -1 to -1, 97 to 97.5", "−0.2 to 0.2, −1, 97 to 97.5"),
    ],
)
def test_a_minus_is_a_minus_and_a_range_has_two_ends(given, written):
    assert claims.verdict(4, "partly", given).measured == written


def test_the_ledger_holds_what_the_home_of_a_claim_has_saved(tmp_path):
    of_another_home = claims.verdict(6, "partly", "not its home")
    short, rest = "at most 8e-15; no bias moves", f"so said {200 * 'a'}; seeds 0 to 2"
    found = claims.verdict(4, "reproduced", f"{short}; {rest}")
    save(tmp_path, "04_bias_cancellation", found, of_another_home)
    assert claims.saved(tmp_path) == {4: found}
    rows = claims.ledger(tmp_path).data.splitlines()[2:]
    assert len(rows) == len(claims.CLAIMS)
    assert rows[3].startswith("| **reproduced** | 4. The bias cancels. <details>")
    assert rows[3].endswith(f"</details> | {short} | [04](04_bias_cancellation.ipynb) |")
    folded = rows[3].partition("<details>")[2].partition("</details>")[0]
    assert claims.CLAIMS[3].sentence in folded
    assert found.measured in folded
    assert rows[5].startswith("| – | 6. ")
    assert rows[5].endswith("| – | [05](05_scale_and_shift.ipynb) |")
    halves = [claims.ledger(tmp_path, numbers).data for numbers in (range(1, 6), range(6, 11))]
    assert [row for half in halves for row in half.splitlines()[2:]] == rows


def test_the_last_verdict_of_a_home_counts(tmp_path):
    both = [claims.verdict(7, word, "seeds 0 to 4") for word in ("partly", "not shown")]
    save(tmp_path, "06_test_time_statistics", *both)
    assert claims.saved(tmp_path)[7].word == "not shown"


def test_the_overview_names_every_source_and_home_and_the_verdict_that_is_saved(tmp_path):
    save(tmp_path, "04_bias_cancellation", claims.verdict(4, "reproduced", "at most 8e-15"))
    lines = claims.overview(tmp_path).data.splitlines()[2:]
    verdicts = [line.strip("| ").split(" | ")[-1] for line in lines]
    assert verdicts == ["reproduced" if number == 4 else "–" for number in range(1, 11)]
    for claim, line in zip(claims.CLAIMS, lines, strict=True):
        assert claim.sentence in line
        assert claim.source in line
        assert f"({claim.home}.ipynb)" in line
