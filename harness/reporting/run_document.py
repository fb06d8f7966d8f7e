"""The report of a run as a document: what it says of each target, and the chart's data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from benchmarks_data.target import Target
from harness.analysis.results import Results
from harness.reporting.document import Document, Part, facts, shown_command
from harness.reporting.fed import fed
from harness.reporting.findings import about, across_targets, target_findings
from harness.reporting.sections import SavedFigure, sections
from harness.reporting.tuned import tuned_sentences
from harness.reporting.verdict import verdict
from harness.scoring.job import BFLOAT16


def run_document(
    results: Results, figures: Mapping[str, Sequence[SavedFigure]], provenance: Mapping[str, Any]
) -> Document:
    """Return the report on *results*.

    Args:
        results: the analysis.
        figures: those that were saved, by target.
        provenance: what run.json holds.
    """
    title = f"{results.subject} and {len(results.orders) - 1} other scores on {results.benchmark}"
    parts = [
        Part(
            target,
            target_findings(results, target),
            sections(results, target, figures[target]),
            verdict(results, target),
        )
        for target in results.targets
    ]
    command = shown_command(provenance["command"])
    return Document(
        title,
        [
            *about(results),
            _fed(results),
            *tuned_sentences(results.orders),
            *_precisions(provenance),
            *_shipped(provenance),
            *across_targets(results),
        ],
        parts,
        command,
        facts(provenance),
        _points(results),
    )


def _fed(results: Results) -> str:
    """Return the sentence that says what was fed to which proxies."""
    readers = [name for name in results.orders if results.input_of(name)]
    return fed(results.source, readers, [name for name in results.orders if name not in readers])


def _precisions(provenance: Mapping[str, Any]) -> list[str]:
    """Return the sentence that says which scores are of bfloat16; none where none is."""
    low = [one["name"] for one in provenance["proxies"] if one.get("dtype") == BFLOAT16]
    return [f"Precision: bfloat16 of {', '.join(low)}; float32 of the other scores."] if low else []


def _shipped(provenance: Mapping[str, Any]) -> list[str]:
    """Return the sentences that say which scores come with the harness, and which proxies were left
    out as theirs do not; none where there are none.
    """
    said = []
    if left_out := provenance.get("left_out"):
        said.append(
            "Left out, as not all of their scores of these architectures come with the harness: "
            f"{', '.join(left_out)}."
        )
    if not (used := provenance.get("shipped")):
        return said
    which = f"{used['scores']:,} of {used['of']:,}" if "scores" in used else "Some of the"
    return [
        f"{which} scores come with the harness "
        f"({', '.join(used['files'])}): their seconds are of the machine that computed them.",
        *said,
    ]


def _points(results: Results) -> dict[str, Any]:
    """Return what the chart that answers to the pointer shows.

    Architectures, and the values of targets and scores.
    """
    indices = results.populations[results.population]
    strings = results.scores.drop_duplicates("index").set_index("index")["arch"].reindex(indices)
    means = results.scores.groupby(["proxy", "index"], sort=False)["score"].mean(skipna=False)

    def numbers(series: pd.Series) -> list[float | str | None]:
        return [
            None if pd.isna(value) else "-inf" if value == -math.inf else float(f"{value:.6g}")
            for value in series.reindex(indices)
        ]

    return {
        "indices": indices,
        "archs": [str(string) for string in strings],
        "accuracies": {target: Target.parse(target).is_accuracy for target in results.targets},
        "targets": {target: numbers(results.accuracy(target)) for target in results.targets},
        "scores": {
            name: numbers(means[name])
            for name in [results.subject, *sorted(set(results.orders) - {results.subject})]
        },
    }
