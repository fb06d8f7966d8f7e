"""What combinations leave: CSV files, figures, combine.json, report.html and report.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from harness.combining.choosing import Outcome
from harness.combining.figures import remove_figures, save_figures
from harness.combining.findings import sentences
from harness.files.combine_record import CombineRecord
from harness.files.provenance import with_versions
from harness.files.records import record_text
from harness.files.whole import write_csv, write_text
from harness.reporting import tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown

RECORD = "combine.json"
JUDGED_TEXT = (
    "Tau on the runs that were left out. The combination and the best single score were chosen on "
    "the other runs alone, by the mean of their taus; all else was chosen by nobody here. "
    "Difference: the tau of the combination less that of the row, on the architectures that both "
    "have; its interval is corrected for all comparisons in this run."
)
ACROSS_TEXT = (
    "Mean over the benchmarks that were left out. The first interval is about other architectures "
    "of these benchmarks, and corrected for all rows of its scheme. The second is Student's over "
    "benchmarks, of this row alone, and is about other benchmarks, as far as these are like a "
    "sample of them. Within one benchmark there is none."
)
PATHS_TEXT = (
    "Each step adds the score with which the mean tau over the runs that are not left out is "
    "highest; each run counts alike. paths.csv has all candidates of each step."
)
POST_HOC_TEXT = (
    "Chosen on all runs, and judged on none: the mean tau is that of the runs it was chosen on."
)
JUDGED = (
    tables.text("left out", "scheme"),
    tables.text("run", "run"),
    tables.text("score", "score"),
    tables.text("scores", "scores", "what it consists of"),
    tables.number("tau", "tau"),
    tables.interval("tau_low", "tau_high"),
    tables.number("nDCG", "ndcg", "of targets that are accuracies"),
    tables.number("mean regret", "regret_mean", "over budgets to the top tenth", ".2f"),
    tables.number("difference", "difference", "combination less this", "+z.3f"),
    tables.interval("low", "high", "simultaneous for all comparisons in this run"),
    tables.number("p, family", "p_family", "", ".2g"),
    tables.number("n", "n", "architectures", "d"),
)
ACROSS = (
    tables.text("left out", "scheme"),
    tables.text("score", "score"),
    tables.text("less", "other"),
    tables.number("difference", "difference", "of the taus", "+z.3f"),
    tables.interval("low", "high", "over architectures, simultaneous"),
    tables.number("p, family", "p_family", "", ".2g"),
    tables.interval("low_spaces", "high_spaces", "over benchmarks, of this row alone"),
    tables.number("above 0", "ahead", "benchmarks", "d"),
    tables.number("benchmarks", "benchmarks", "", "d"),
    tables.number("runs", "runs", "", "d"),
)
PATHS = (
    tables.text("left out", "left_out"),
    tables.number("step", "step", "", "d"),
    tables.text("added", "candidate"),
    tables.number("mean tau", "mean_tau", "over the other runs, with all scores so far"),
    tables.text("next best", "next"),
    tables.number("mean tau of it", "next_tau", "had it been added"),
)


def publish_combinations(
    outcome: Outcome, folders: Sequence[Path], size: int, folder: Path, command: Sequence[str]
) -> list[str]:
    """Write judged.csv, across.csv, paths.csv, the figures, the reports and combine.json into
    *folder*, and return the sentences.

    *folders* are where the runs lie.
    """
    said = sentences(outcome)
    record = with_versions(_record(outcome, folders, size, said, command))
    with appearing(folder, RECORD, lambda: remove_figures(folder)) as new:
        write_csv(outcome.judged, new / "judged.csv")
        write_csv(outcome.across, new / "across.csv")
        write_csv(outcome.paths, new / "paths.csv")
        figures = save_figures(outcome, new)
        report = combinations_document(outcome, said, record, figures)
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, record_text(record, CombineRecord, indent=1))
    return said


def _record(
    outcome: Outcome,
    folders: Sequence[Path],
    size: int,
    said: Sequence[str],
    command: Sequence[str],
) -> dict[str, Any]:
    runs = [
        {"folder": str(folder), "benchmark": run.benchmark, "dataset": run.dataset}
        | {"target": run.target, "architectures": int(run.accuracy.notna().sum())}
        for folder, run in zip(folders, outcome.runs, strict=True)
    ]
    chosen = outcome.paths[outcome.paths["chosen"]]
    selections = [
        {"scheme": scheme, "left_out": left_out, "chosen": list(rows["candidate"])}
        | {"mean_tau": [float(value) for value in rows["mean_tau"]]}
        for (scheme, left_out), rows in chosen.groupby(["scheme", "left_out"], sort=False)
    ]
    return {
        "command": list(command),
        "by": outcome.by,
        "size": size,
        "runs": runs,
        "candidates": list(outcome.candidates),
        "excluded": list(outcome.excluded),
        "selections": selections,
        "post_hoc": outcome.post_hoc_name,
        "findings": list(said),
    }


def combinations_document(
    outcome: Outcome,
    said: Sequence[str],
    record: Mapping[str, Any],
    figures: Sequence[tuple[Path, str]] = (),
) -> Document:
    """Return the report, with *figures* that were saved and their captions."""
    steps = _steps(outcome.paths)
    last = steps["scheme"] == steps["scheme"].iloc[-1]
    sections = [
        Section("Across all that was left out", ACROSS_TEXT, tables.fill(outcome.across, ACROSS)),
        Section(
            "Where it was not chosen", JUDGED_TEXT, tables.fill(outcome.judged, JUDGED), figures
        ),
        *(
            Section(f"The path, left out {scheme}", PATHS_TEXT, tables.fill(rows, PATHS))
            for scheme, rows in steps[~last].groupby("scheme", sort=False)
        ),
        Section("Post hoc", POST_HOC_TEXT, tables.fill(steps[last], PATHS[1:])),
    ]
    about = [
        f"{run.name}: {int(run.accuracy.notna().sum())} architectures with {run.target}"
        f"{f'; {run.precision}' if run.precision else ''}."
        for run in outcome.runs
    ]
    about.append(
        f"Candidates are the {len(outcome.candidates)} scores that have values in all runs: "
        f"{', '.join(outcome.candidates)}. A score that an architecture lacks ranks it last."
    )
    if outcome.excluded:
        about.append(
            "Not candidates, as they lack values in a run or combine others: "
            f"{', '.join(outcome.excluded)}."
        )
    shown = {key: value for key, value in record.items() if key not in ("runs", "selections")}
    title = f"Combinations of scores by {outcome.by} in {len(outcome.runs)} runs"
    parts = [Part("Judged where they were not chosen", about, sections)]
    shown = {key: value for key, value in shown.items() if key != "findings"}
    return Document(title, said, parts, shown_command(record["command"]), facts(shown), {})


def _steps(paths: pd.DataFrame) -> pd.DataFrame:
    """Return the chosen rows of paths with the next best candidate of each step."""
    keys = ["scheme", "left_out", "step"]
    others = paths[~paths["chosen"]].drop_duplicates(keys)
    second = others.rename(columns={"candidate": "next", "mean_tau": "next_tau"})
    return paths[paths["chosen"]].merge(
        second[[*keys, "next", "next_tau"]], on=keys, how="left", sort=False
    )
