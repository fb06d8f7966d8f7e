"""What searches by proxy leave behind: CSV files, a record, a figure, a report."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

import benchmarks_data
from benchmarks_data.target import Target
from harness.files.provenance import with_versions
from harness.files.proxy_search_record import ProxySearchRecord
from harness.files.records import record_text
from harness.files.whole import write_csv, write_text
from harness.reporting import tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.fed import fed
from harness.reporting.figures import SUFFIXES, save
from harness.reporting.paper import STYLE
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown
from harness.scoring.inputs import name_of, record_of
from harness.search_methods.by_proxy.curves import course_rows, curve_of, needed_rows, search_rows
from harness.search_methods.by_proxy.figure import search_figure
from harness.search_methods.by_proxy.findings import findings
from harness.search_methods.by_proxy.searching import Outcome, Setting
from harness.search_methods.tables import shown_target
from proxies.requests import reads_images

RECORD = "proxy_search.json"
FIGURE = "search_curve"
CURVE_TEXT = (
    "Mean over searches; in brackets, and shaded in the figure, the middle half of them. Random "
    "search: exact expectation of the highest of as many architectures drawn without replacement "
    "from all that may be searched."
)
SEARCHES_TEXT = (
    "By seed. Scored and trained count different architectures; what an evolution meets again "
    "costs nothing."
)


def publish_search(
    setting: Setting, outcome: Outcome, folder: Path, command: Sequence[str]
) -> list[str]:
    """Write everything into *folder*, in place of an earlier result, and return what was found in
    words.
    """
    benchmark = benchmarks_data.get(setting.job.benchmark)
    curve = curve_of(outcome.courses, outcome.accuracies, by_score=setting.method.trains_highest)
    points = needed_rows(curve, outcome.accuracies)
    rows = search_rows(outcome.courses, benchmark, float(outcome.accuracies.max()))
    said = findings(setting, outcome, curve, points)
    record = with_versions({
        "command": list(command),
        **_settings(setting, outcome),
        "findings": said,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "searches": rows.to_dict("records"),
    })  # fmt: skip
    with appearing(folder, RECORD, lambda: _remove_figure(folder)) as new:
        write_csv(curve, new / "search_curve.csv")
        write_csv(rows, new / "searches.csv")
        write_csv(course_rows(outcome.courses, benchmark), new / "course.csv")
        drawn = _drawn(setting, outcome, curve, points, new)
        report = _document(setting, points, rows, said, drawn, record)
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, record_text(record, ProxySearchRecord, indent=1))
    return said


def input_sentence(setting: Setting) -> str:
    """Return what the proxy is fed, in words; empty where nothing is scored."""
    if setting.request is None:
        return ""
    names = [setting.request.name]
    readers, others = (names, []) if reads_images(setting.request) else ([], names)
    return fed(name_of(setting.job.images), readers, others)


def _settings(setting: Setting, outcome: Outcome) -> dict[str, Any]:
    request, method, sizes = setting.request, setting.method, setting.sizes
    return {
        "method": method.name,
        "benchmark": setting.job.benchmark,
        "dataset": setting.job.dataset,
        "target": setting.target,
        "table": setting.table.provenance(),
        "proxy": request.name if request else None,
        "proxy_seed": setting.proxy_seed if request and request.needs else None,
        "images": record_of(setting.job.images) if request and reads_images(request) else None,
        "dtype": setting.job.dtype,
        "device": setting.job.device,
        "budget": sizes.budget,
        "train": sizes.train if method.scores else None,
        "population_size": sizes.population if method.evolves else None,
        "tournament_size": sizes.tournament if method.evolves else None,
        "at_most": dict(setting.at_most),
        "at_least": dict(setting.at_least),
        "candidates": len(outcome.candidates),
        "optimum": float(outcome.accuracies.max()),
    }


def _drawn(
    setting: Setting, outcome: Outcome, curve: pd.DataFrame, points: pd.DataFrame, folder: Path
) -> tuple[Path, str]:
    """Draw the figure, and return it with its caption."""
    by = f" by {setting.request.name}, {setting.method.name}" if setting.request else ""
    unit = Target.parse(setting.target).unit
    target = Target.parse(setting.target).label + (f" ({unit})" if unit else "")
    needed = int(points["needed"].max())
    with matplotlib.rc_context(STYLE):
        figure = search_figure(curve, outcome.accuracies, needed, f"search{by}", target)
        return save(
            figure, folder / f"{FIGURE}.png"
        ), "The best of the trained ones, and the highest score alone, against what it took."


def _remove_figure(folder: Path) -> None:
    for suffix in SUFFIXES:
        (folder / f"{FIGURE}{suffix}").unlink(missing_ok=True)


def _document(
    setting: Setting,
    points: pd.DataFrame,
    rows: pd.DataFrame,
    said: Sequence[str],
    figure: tuple[Path, str],
    record: Mapping[str, Any],
) -> Document:
    by = f" by {setting.request.name}" if setting.request else ""
    title = f"Search{by} on {setting.job.benchmark}, {setting.job.dataset}: {setting.method.name}"
    sections = [
        Section("Curve", CURVE_TEXT, _curve_table(points), [figure]),
        Section("Searches", SEARCHES_TEXT, _searches_table(rows)),
    ]
    opening = [one for one in [said[0], input_sentence(setting)] if one]
    shown = {key: value for key, value in record.items() if key not in ("findings", "searches")}
    part = Part(shown_target(setting.target), said[1:], sections)
    return Document(title, opening, [part], shown_command(record["command"]), facts(shown), {})


def _curve_table(points: pd.DataFrame) -> tables.Table:
    quartiles = points.rename(columns={"low": "mean_low", "high": "mean_high"})
    columns = [
        tables.number("trained", "trained", "architectures", ",d"),
        tables.number("scored", "scored", "architectures, before any is trained", ",d"),
        tables.measured("best", "mean", "mean over searches, and its quartiles"),
        tables.number("random search", "random", "expected best of as many trained", ".2f"),
        tables.number("random needs", "needed", "trained architectures to expect as much", ",d"),
        tables.number("optimum", "optimum", "the best that there is", ".2f"),
    ]
    return tables.fill(quartiles, columns)


def _searches_table(rows: pd.DataFrame) -> tables.Table:
    columns = [
        tables.number("seed", "seed", "", "d"),
        tables.number("scored", "scored", "", ",d"),
        tables.number("no score", "missing", "missing or -inf, ranked last", ",d"),
        tables.number("trained", "trained", "", ",d"),
        tables.number("best", "best", "of those trained", ".2f"),
        tables.number("regret", "regret", "what the optimum has more", ".2f"),
        tables.number("index", "index", "of the best", "d"),
        tables.text("architecture", "arch"),
    ]
    return tables.fill(rows, columns)
