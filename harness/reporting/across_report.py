"""The report across runs: how every score stands on all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchmarks_data.target import Target
from harness.files.provenance import with_versions
from harness.reporting import left, tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.side_by_side import Run, what_was_run
from harness.reporting.tuned import tuned_sentences

PLACES_TEXT = (
    "Others below: the share of the scores with a tau in the same run that are below this one, "
    "averaged over the runs in which it has a tau. Shares are comparable among scores with a tau "
    "in as many runs, which stand together. A cost of the architecture, such as its latency, gives "
    "no place."
)
TAUS_TEXT = (
    "Kendall's tau-b with its 95 % interval. A score that is not applicable to the networks of a "
    "run is left blank."
)


def across_document(
    places: pd.DataFrame,
    given: pd.DataFrame,
    runs: Sequence[Run],
    command: Sequence[str],
    figures: Mapping[str, tuple[Path, str]],
    left_out: Sequence[str] = (),
) -> Document:
    """Return the report across runs.

    Args:
        places: of the scores, a frame of `harness.analysis.standing.STANDING_COLUMNS`.
        given: what is left of the scores, of `harness.reporting.left.left_of`.
        runs: what was read.
        command: what made it, as typed.
        figures: those that were saved, by name, with their captions.
        left_out: sentences on what is not in it.
    """
    subject = subject_of(runs)
    sections = [
        Section("Places", PLACES_TEXT, _places_table(places, subject)),
        Section("Taus", TAUS_TEXT, figures=[figures["heat_map"], figures["overview"]]),
    ]
    if len(given):
        table, shown = left.left_table(given, subject), [figures["left"]]
        sections.append(
            Section(
                "Given size and depth",
                f"{left.TEXT} Scores are in the order of their mean gain.",
                table,
                shown,
            )
        )
    said = [_about(subject, places)] if subject else []
    part = Part(
        "All runs", [*said, *_turning(places, subject), *left.left_sentences(given)], sections
    )
    opening = [
        f"{what_was_run(run)}; {', '.join(Target.parse(one).label for one in run.record.targets)}"
        for run in runs
    ]
    opening += [*left_out, *tuned_sentences(places["proxy"])]
    title = f"{len(places)} scores in {len(runs)} runs"
    about = facts(with_versions({"runs": [str(run.folder) for run in runs]}))
    return Document(title, opening, [part], shown_command(command), about, {})


def subject_of(runs: Sequence[Run]) -> str | None:
    """Return the score that all runs are about; None where they are not about one."""
    named = {run.record.focus or "zeros" for run in runs}
    known = all(named & set(run.correlations["proxy"]) for run in runs)
    return next(iter(named)) if len(named) == 1 and known else None


def _about(subject: str, rows: pd.DataFrame) -> str:
    """Return how the score stands that all runs are about."""
    row = rows.set_index("proxy").loc[subject]
    if not row["runs"]:
        return f"{subject} has no tau in any run."
    equals = rows[rows["runs"] == row["runs"]]
    place = int((equals["beaten"] > row["beaten"]).sum()) + 1
    below: str = (
        ""
        if pd.isna(row["beaten"])
        else f"On average {row['beaten']:.0%} of the other scores are below {subject}, which is "
        f"place {place} of the {len(equals)} with a tau in as many runs. "
    )
    return (
        f"{below}The interval of its tau is above zero in {row['positive']} of the {row['runs']} "
        f"runs in which it has one; the lowest tau is {row['lowest']:z.3f}, in {row['lowest_in']}."
    )


def _turning(rows: pd.DataFrame, subject: str | None) -> list[str]:
    """Return where scores are surely negative, the subject first."""
    negative = rows[rows["negative_in"] != ""]
    if negative.empty:
        return ["No score has an interval below zero in any run."]
    ordered = negative.sort_values("proxy", key=lambda names: names != subject, kind="stable")
    return [
        f"{row['proxy']}: the interval of its tau is below zero in {row['negative_in']}."
        for row in ordered.to_dict("records")
    ]


def _places_table(rows: pd.DataFrame, subject: str | None) -> tables.Table:
    columns = [
        tables.text("score", "proxy"),
        tables.number("others below", "beaten", "mean share of the other scores", ".0%"),
        tables.number("runs", "runs", "in which it has a tau", "d"),
        tables.number("positive", "positive", "runs whose interval is above zero", "d"),
        tables.number("lowest tau", "lowest"),
        tables.text("lowest in", "lowest_in"),
        tables.text("negative in", "negative_in", "runs whose interval is below zero"),
    ]
    return tables.fill(rows, columns, subject)
