"""The sections of a run's report on one target, each with its table and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks_data.target import Target
from harness.analysis.families import holm
from harness.analysis.parts import BASELINE, WEIGHTED
from harness.analysis.results import Results
from harness.reporting import left, run_tables
from harness.reporting.document import Section
from harness.reporting.part_findings import parted_by
from harness.reporting.phrases import percent
from harness.reporting.tables import Table, fill, interval, measured, number, text


class Topic(Enum):
    """What a section of a run's report is about, in the order of the report."""

    CORRELATIONS = "correlations"
    COMPARISONS = "comparisons"
    SIZE = "size"
    LEFT = "left"
    POPULATIONS = "populations"
    PARTS = "parts"
    SEARCH = "search"
    CEILINGS = "ceilings"
    SEEDS = "seeds"
    COMPONENTS = "components"


@dataclass(frozen=True)
class SavedFigure:
    """A figure in its files: the section that it belongs to, the PNG file with the SVG beside it,
    and what it shows.
    """

    topic: Topic
    path: Path
    caption: str


def sections(results: Results, target: str, figures: Sequence[SavedFigure]) -> list[Section]:
    """Return the sections about one target, but for those with neither rows nor figures."""
    rows, made = ranked_rows(results, target), []
    for topic in Topic:
        shown = [(figure.path, figure.caption) for figure in figures if figure.topic is topic]
        section = replace(MAKERS[topic](results, target, rows), figures=shown)
        if shown or (section.table and section.table.rows):
            made.append(section)
    return made


def ranked_rows(results: Results, target: str) -> pd.DataFrame:
    """Return a target's rows of correlations with the seconds of a score, the highest tau first."""
    rows = results.of(target).sort_values("tau", ascending=False)
    return rows.assign(seconds=rows["proxy"].map(results.seconds()))


def _correlations(results: Results, _: str, rows: pd.DataFrame) -> Section:
    table = fill(rows, run_tables.CORRELATIONS, results.subject)
    return Section("Correlations", run_tables.CORRELATIONS_TEXT, table)


def _comparisons(results: Results, target: str, _: pd.DataFrame) -> Section:
    """Return the comparisons with the declared proxy, or else those of the subject.

    Identical rankings are one row.
    """
    same, name = results.same(target), results.declared or results.subject
    if results.declared:
        title, text = (
            f"Each score against {same[name]}, as declared",
            run_tables.PAIRS_TEXT + run_tables.DECLARED_TEXT,
        )
        rows = results.each_against(target, name).sort_values("difference", ascending=False)
        rows = rows.assign(other=rows["proxy"].map(same))
    else:
        title, text = f"{same[name]} against each other score", run_tables.PAIRS_TEXT
        rows = results.against(target, name).sort_values("difference")
        rows = rows.assign(other=rows["other"].map(same))
    readers = {same[reader]: results.input_of(reader) for reader in results.orders}
    rows = rows[rows["other"] != same[name]].drop_duplicates("other")
    rows = rows.assign(input=rows["other"].map(readers), proxy=rows["other"])
    return Section(title, text, fill(rows, run_tables.PAIRS, same[results.subject]))


def _size(results: Results, _: str, rows: pd.DataFrame) -> Section:
    table = fill(rows, run_tables.SIZE, results.subject)
    return Section("Size", run_tables.SIZE_TEXT, table)


def _left(results: Results, _: str, rows: pd.DataFrame) -> Section:
    known = rows.dropna(subset=["gain_sizes", "tau_alike"], how="all")
    corrected = known.assign(p_alike_family=holm(known["p_alike"].to_numpy(float)))
    table = fill(corrected, run_tables.LEFT, results.subject)
    return Section("Given size and depth", left.TEXT, table)


def _populations(results: Results, target: str, _: pd.DataFrame) -> Section:
    table = _population_table(results, target)
    return Section("Populations", run_tables.POPULATIONS_TEXT, table)


def _parts(results: Results, target: str, _: pd.DataFrame) -> Section:
    """Return tau by part of the benchmark, a column each, and weighted to their shares."""
    rows = results.parts[results.parts["target"] == target]
    if rows.empty:
        return Section("Parts")
    columns = [run_tables.PROXY]
    flat: dict[str, dict[str, Any]] = {
        name: {"proxy": name, "input": results.input_of(name)}
        for name in results.ranked(target)
        if name in set(rows["proxy"])
    }
    for part in map(str, rows["part"].unique()):
        members = rows[rows["part"] == part]
        for row in members.to_dict("records"):
            for end in ("", "_low", "_high"):
                flat[str(row["proxy"])] |= {
                    f"{part}{end}": row[f"tau{end}"],
                    f"{part} less{end}": row[f"less_params{end}"],
                }
        share = percent(members["share"].iloc[0])
        meaning = f"{share} of the benchmark; n = {members['n'].max():,}"
        columns.append(measured(part, part, meaning, ".3f"))
        if part == WEIGHTED:
            less = f"difference from the weighted tau of {BASELINE} on the same architectures"
            columns.append(measured(f"less {BASELINE}", f"{part} less", less, ".3f"))
    columns.append(run_tables.INPUT)
    table = fill(pd.DataFrame(flat.values()), columns, results.subject)
    return Section(f"By {parted_by(results)}", run_tables.PARTS_TEXT, table)


def _search(results: Results, target: str, _: pd.DataFrame) -> Section:
    """Return what a search would gain; nobody searches for what is no accuracy."""
    if not Target.parse(target).is_accuracy:
        return Section("Cost")
    return Section("Search", run_tables.SEARCH_TEXT, _search_table(results, target))


def _ceilings(results: Results, target: str, _: pd.DataFrame) -> Section:
    rows = results.ceilings[results.ceilings["target"] == target]
    table = fill(rows, run_tables.CEILINGS)
    return Section("Trained accuracies against one another", run_tables.CEILINGS_TEXT, table)


def _seeds(results: Results, _: str, rows: pd.DataFrame) -> Section:
    table = fill(rows[rows["tau_seeds_sd"].notna()], run_tables.SEEDS, results.subject)
    return Section("Seeds", run_tables.SEEDS_TEXT, table)


def _components(results: Results, _: str, rows: pd.DataFrame) -> Section:
    table = fill(rows[rows["seeds"].notna()], run_tables.COMPONENTS, results.subject)
    return Section("What tau varies with", run_tables.COMPONENTS_TEXT, table)


def _search_table(results: Results, target: str) -> Table:
    """Return the metrics of the top, a row for each proxy and one for random orders of the same
    architectures.
    """
    rows = results.search[results.search["target"] == target]
    most = rows[rows["n"] == rows["n"].max()].drop_duplicates("metric").set_index("metric")
    names = [*results.ranked(target), "random order"]
    flat: dict[str, dict[str, Any]] = {
        name: {"proxy": name, "input": results.input_of(name)} for name in names
    }
    for row in rows.to_dict("records"):
        ends = {"": "value", "_low": "low", "_high": "high"}
        flat[str(row["proxy"])] |= {f"{row['metric']}{end}": row[key] for end, key in ends.items()}
    columns = [run_tables.PROXY]
    for metric, (heading, meaning, style) in run_tables.SEARCH.items():
        one = most.loc[metric]
        if rows.loc[rows["metric"] == metric, "value"].isna().all():
            continue  # too few architectures for a top of that size
        flat["random order"] |= {
            f"{metric}{end}": one[f"chance{end}"] for end in ("", "_low", "_high")
        }
        words = {"k": f"{one['k']:,}", "n": f"{one['n']:,}", "share": f"{100 * one['share']:.2g} %"}
        columns.append(measured(heading.format(**words), metric, meaning.format(**words), style))
    columns.append(run_tables.INPUT)
    return fill(pd.DataFrame(flat.values()), columns, results.subject)


def _population_table(results: Results, target: str) -> Table:
    rows = results.correlations[results.correlations["target"] == target]
    columns = [text("proxy", "proxy")]
    flat: dict[str, dict[str, Any]] = {
        name: {"proxy": name, "input": results.input_of(name)} for name in results.ranked(target)
    }
    for population in results.populations:
        for row in rows[rows["population"] == population].to_dict("records"):
            flat[str(row["proxy"])] |= {
                f"{population} {key}": row[key] for key in ("tau", "tau_low", "tau_high", "n")
            }
        columns += [
            number(f"tau, {population}", f"{population} tau"),
            interval(f"{population} tau_low", f"{population} tau_high"),
        ]
        columns += [number("n", f"{population} n", "architectures with a score and a target", "d")]
    columns.append(run_tables.INPUT)
    return fill(pd.DataFrame(flat.values()), columns, results.subject)


#: Topic -> what makes its section, from the results, the target and its rows of correlations.
MAKERS: dict[Topic, Callable[[Results, str, pd.DataFrame], Section]] = {
    Topic.CORRELATIONS: _correlations,
    Topic.COMPARISONS: _comparisons,
    Topic.SIZE: _size,
    Topic.LEFT: _left,
    Topic.POPULATIONS: _populations,
    Topic.PARTS: _parts,
    Topic.SEARCH: _search,
    Topic.CEILINGS: _ceilings,
    Topic.SEEDS: _seeds,
    Topic.COMPONENTS: _components,
}
