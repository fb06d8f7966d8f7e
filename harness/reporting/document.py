"""A report before it is written.

Headline, sections with tables and figures, and provenance, the same for HTML and Markdown.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks_data.target import Target
from harness.analysis.results import Results
from harness.reporting import tables
from harness.reporting.fed import fed
from harness.reporting.findings import across_targets, headline, subject


@dataclass(frozen=True)
class Section:
    """A part of a report. Figures are PNG files whose SVG lies beside them, with what they show."""

    title: str
    text: str = ""
    table: tables.Table | None = None
    figures: Sequence[tuple[Path, str]] = ()


@dataclass(frozen=True)
class Part:
    """What a report says of one target."""

    target: str
    headline: Sequence[str]
    sections: Sequence[Section]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        title: what it is about, in a line.
        headline: sentences about all targets.
        parts: what it says of each target.
        command: what made it, as typed.
        facts: what was computed with what: names and values.
        points: data of the chart that answers to the pointer; empty where there is none.
    """

    title: str
    headline: Sequence[str]
    parts: Sequence[Part]
    command: str
    facts: Sequence[tuple[str, str]]
    points: Mapping[str, Any]


CAPTIONS = {
    "tau": "Kendall's tau-b of each proxy with its 95 % interval.",
    "score_accuracy": "Score of each architecture (mean over seeds) against the target; scores "
    "of -inf stand on the left edge.",
    "agreement": "Tau-b of each proxy with each other one.",
    "strata": "Tau-b within tenths of the architectures, by live parameters and by the target, "
    "with 95 % intervals.",
    "regret": "Accuracy that is lost by training only the k architectures with the highest "
    "scores. Grey: k drawn at random.",
    "cost": "Tau-b against seconds for an architecture; the line joins the proxies that no "
    "cheaper one beats.",
    "seeds": "Tau-b of single seeds, and of the mean rank over seeds.",
    "components": "Standard deviation of tau by what is drawn anew.",
}


def document(
    results: Results, figures: Mapping[str, Mapping[str, Path]], provenance: Mapping[str, Any]
) -> Document:
    """Return the report on *results*.

    Args:
        results: the analysis.
        figures: the PNG files that were saved: target -> name of the figure -> file, with the SVG
            beside it.
        provenance: what run.json holds.
    """
    title = f"{subject(results)} and {len(results.orders) - 1} other scores on {results.benchmark}"
    parts = [
        Part(target, headline(results, target), _sections(results, target, figures[target]))
        for target in results.targets
    ]
    command = shown_command(provenance["command"])
    return Document(
        title,
        [_fed(results), *across_targets(results)],
        parts,
        command,
        facts(provenance),
        _points(results),
    )


def _fed(results: Results) -> str:
    """Return the sentence that says what was fed to which proxies."""
    readers = [name for name in results.orders if results.input_of(name)]
    return fed(results.source, readers, [name for name in results.orders if name not in readers])


def shown_command(command: Sequence[str]) -> str:
    """Return a command as one would type it: its name, which may hold spaces, and its arguments."""
    return " ".join([command[0], *map(shlex.quote, command[1:])])


def facts(provenance: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return the entries of run.json as names and values, but for the command and what is known
    about each proxy.
    """
    found = []
    for key, value in provenance.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            found += facts(value, f"{name}, ")
        elif key == "proxies":
            found.append((name, ", ".join(proxy["name"] for proxy in value)))
        elif key == "scored_by":
            found += [(name, shown_command(command)) for command in value]
        elif key != "command" and value not in (None, "", []):
            found.append(
                (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
            )
    return found


def _sections(results: Results, target: str, figures: Mapping[str, Path]) -> list[Section]:
    def shown(*names: str) -> list[tuple[Path, str]]:
        return [(figures[name], CAPTIONS[name]) for name in names if name in figures]

    rows = results.of(target).sort_values("tau", ascending=False)
    rows = rows.assign(seconds=rows["proxy"].map(results.seconds()))
    found = [
        Section(
            "Correlations",
            tables.CORRELATIONS_TEXT,
            tables.fill(rows, tables.CORRELATIONS),
            shown("tau", "score_accuracy"),
        ),
        _comparisons(results, target, shown("agreement")),
        Section("Size", tables.SIZE_TEXT, tables.fill(rows, tables.SIZE), shown("strata")),
        Section("Populations", tables.POPULATIONS_TEXT, _population_table(results, target)),
    ]
    if Target.parse(target).is_accuracy:
        found.append(
            Section(
                "Search",
                tables.SEARCH_TEXT,
                _search_table(results, target),
                shown("regret", "cost"),
            )
        )
    else:
        found.append(Section("Cost", "", None, shown("cost")))
    if len(ceilings := results.ceilings[results.ceilings["target"] == target]):
        found.append(
            Section(
                "Trained accuracies against one another",
                tables.CEILINGS_TEXT,
                tables.fill(ceilings, tables.CEILINGS),
            )
        )
    if figure := shown("seeds"):
        found.append(
            Section(
                "Seeds",
                tables.SEEDS_TEXT,
                tables.fill(rows[rows["tau_seeds_sd"].notna()], tables.SEEDS),
                figure,
            )
        )
    varying = rows[rows["seeds"].notna()]
    found.append(
        Section(
            "What tau varies with",
            tables.COMPONENTS_TEXT,
            tables.fill(varying, tables.COMPONENTS),
            shown("components"),
        )
    )
    return [
        section for section in found if section.figures or (section.table and section.table.rows)
    ]


def _comparisons(results: Results, target: str, figures: Sequence[tuple[Path, str]]) -> Section:
    """Return the comparisons with the declared proxy, or else those of the subject.

    Identical rankings are one row.
    """
    same, name = results.same(target), results.declared or subject(results)
    if results.declared:
        title, text = (
            f"Each score against {same[name]}, as declared",
            tables.PAIRS_TEXT + tables.DECLARED_TEXT,
        )
        rows = results.each_against(target, name).sort_values("difference", ascending=False)
        rows = rows.assign(other=rows["proxy"].map(same))
    else:
        title, text = f"{same[name]} against each other score", tables.PAIRS_TEXT
        rows = results.against(target, name).sort_values("difference")
        rows = rows.assign(other=rows["other"].map(same))
    readers = {same[reader]: results.input_of(reader) for reader in results.orders}
    rows = rows[rows["other"] != same[name]].drop_duplicates("other")
    rows = rows.assign(input=rows["other"].map(readers))
    return Section(title, text, tables.fill(rows, tables.PAIRS), figures)


def _search_table(results: Results, target: str) -> tables.Table:
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
    columns = [tables.PROXY]
    for metric, (heading, meaning, style) in tables.SEARCH.items():
        one = most.loc[metric]
        flat["random order"] |= {
            f"{metric}{end}": one[f"chance{end}"] for end in ("", "_low", "_high")
        }
        words = {"k": f"{one['k']:,}", "n": f"{one['n']:,}", "share": f"{100 * one['share']:.2g} %"}
        columns.append(
            tables.measured(heading.format(**words), metric, meaning.format(**words), style)
        )
    columns.append(tables.INPUT)
    return tables.fill(pd.DataFrame(flat.values()), columns)


def _population_table(results: Results, target: str) -> tables.Table:
    rows = results.correlations[results.correlations["target"] == target]
    columns = [tables.text("proxy", "proxy")]
    flat: dict[str, dict[str, Any]] = {
        name: {"proxy": name, "input": results.input_of(name)} for name in results.ranked(target)
    }
    for population in results.populations:
        for row in rows[rows["population"] == population].to_dict("records"):
            flat[str(row["proxy"])] |= {
                f"{population} {key}": row[key] for key in ("tau", "tau_low", "tau_high", "n")
            }
        columns += [
            tables.number(f"tau, {population}", f"{population} tau"),
            tables.interval(f"{population} tau_low", f"{population} tau_high"),
        ]
        columns += [
            tables.number("n", f"{population} n", "architectures with a score and a target", "d")
        ]
    columns.append(tables.INPUT)
    return tables.fill(pd.DataFrame(flat.values()), columns)


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
            for name in [subject(results), *sorted(set(results.orders) - {subject(results)})]
        },
    }
