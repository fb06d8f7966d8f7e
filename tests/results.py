"""Small results, for tests of what is said and drawn."""

import math

import pandas as pd

import benchmarks_data
from benchmarks_data.table import Table
from harness.analysis.results import Results
from harness.reporting.findings import target_findings
from harness.scoring.frames import SCORE_COLUMNS

NAN = math.nan
SETTINGS = {
    "command": ["python -m harness.run", "--out", "<script>alert(1)</script>"],
    "benchmark": "nb201",
    "dataset": "cifar10",
    "proxies": [],
    "targets": ["a_test_200ep"],
    "table": {"name": "made up"},
    "archs": {"given": "all", "population": "all", "count": 1},
    "seeds": [0],
    "images": "Gaussian noise",
    "dtype": "float32",
}


def frame(**scores: list[float]) -> pd.DataFrame:
    """Scores of the first architectures, one seed."""
    nb201 = benchmarks_data.get("nb201")
    rows = [
        (
            "nb201",
            index,
            nb201.architecture(index).string,
            proxy,
            0,
            value,
            0.5,
            "undefined" if math.isnan(value) else "ok",
        )
        for proxy, values in scores.items()
        for index, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=SCORE_COLUMNS)


def table(**columns: list[float]) -> Table:
    return Table("t.csv", "", pd.DataFrame(columns, dtype=float).rename_axis("index"))


def results(scores: pd.DataFrame, values: Table) -> Results:
    return Results(scores, values, ["a_test_200ep"], "all", "nb201")


def said(found: Results) -> str:
    return "\n".join(target_findings(found, "a_test_200ep"))
