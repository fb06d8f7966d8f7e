"""What the report of the claims says."""

import math

import pandas as pd
import pytest

from harness.claims import kernel, rows
from harness.claims.findings import size_sentences, verdict
from harness.files.theory_record import SizeRecord


@pytest.fixture(autouse=True)
def few_random_architectures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "RANDOM", {"nb201": 20, "darts": 3})


def test_sizes_are_counted_in_percentiles() -> None:
    cells = pd.DataFrame(
        {"index": [1462, 1651], "arch": ["a", "b"], "channels": [4, 4], "seed": [0, 0]}
    )
    for name in ("zeros_synflow", "zeros_snip", "zeros_grasp", "synflow"):
        cells[name] = [2.0, 1.0]
    searches = {
        ("nb201", "synflow", 0): SizeRecord("x", 73_305, ""),
        ("nb201", "snip", 0): SizeRecord("", None, "useless"),
    }
    sizes = rows.size_rows(searches, {}, cells, kernel.Design(4, None, 0))
    assert sizes[sizes["by"] == "sample"]["percentile"].min() > 90
    assert sizes["percentile"].iloc[0] < 50
    assert math.isnan(sizes["percentile"].iloc[1])
    found = pd.DataFrame(
        [
            {
                "of": "cells", "score": "zeros_synflow", "channels": width, "n": 200,
                **{f"tau{kind}{end}": tau + more for kind in ("", "_scale_free") for end, more in
                   (("", 0), ("_low", -0.1), ("_high", 0.1))},
            }
            for width, tau in ((4, -0.5), (8, 0.05))
        ]
    )  # fmt: skip
    assert verdict(found, "") == "negatively correlated at 1, positively at 0 of 2 widths"
    assert verdict(found[:1], "_scale_free") == "negatively correlated"
    assert (
        verdict(found[[True, True]].assign(tau_high=-0.1), "")
        == "negatively correlated at every width"
    )
    assert verdict(found.assign(n=5), "").startswith("not judged (fewer than 20")
    above = found[:1].assign(tau_low=0.4, tau=0.5, tau_high=0.6)
    assert verdict(above, "") == "positively correlated"
    assert verdict(found[1:], "") == "not significantly correlated"
    assert verdict(found.assign(tau_low=math.nan), "").startswith("not judged (no interval)")
    published = pd.DataFrame(
        {
            "space": "darts",
            "by": "published",
            "name": ["a_1", "a_2", "b"],
            "percentile": [10.0, 30.0, 70.0],
        }
    )
    published["note"] = ""
    assert list(size_sentences("darts", published)) == [
        "The 2 published a cells are larger than 20 % of random ones on average (10 to 30).",
        "The published b cell is larger than 70 % of random ones.",
    ]
