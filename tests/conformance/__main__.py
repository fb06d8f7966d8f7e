"""Prints the table of docs/conformance.md: ``python -m tests.conformance``."""

from __future__ import annotations

import pandas as pd

from tests.conformance import setting
from tests.conformance.references import REFERENCES


def table() -> str:
    """Return the Markdown table of all references, those that ours equals first."""
    lines = [
        "| proxy | reference | cells | tau | largest difference | deviation |",
        "|---|---|---|---|---|---|",
    ]
    for _, row in REFERENCES.sort_values(
        "deviation", key=lambda text: text != "", kind="stable"
    ).iterrows():
        lines.append(f"| {' | '.join(_cells(row))} |")
    return "\n".join(lines)


def _cells(row: pd.Series) -> list[str]:
    name = row["repository"].split("/")[1]
    address = f"https://github.com/{row['repository']}/tree/{row['commit']}"
    link = f"[{name}]({address})@{row['commit'][:7]}, `{row['call']}`"
    difference = f"{float(row['difference']):.1e}"
    note = row["deviation"] or "none"
    return [
        f"`{row['proxy']}`",
        link,
        str(len(setting.CELLS)),
        f"{float(row['tau']):.3f}",
        difference,
        note,
    ]


if __name__ == "__main__":
    print(table())
