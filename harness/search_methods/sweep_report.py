"""What a sweep of settings says: a row for each setting, a figure, a paragraph, and report.html."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from scipy import stats

from benchmarks_data import spaces
from benchmarks_data.table import Table
from harness.files.provenance import with_versions
from harness.files.records import record_text
from harness.files.search_record import SweepRecord
from harness.files.whole import write_csv, write_text
from harness.reporting import tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.figures import SUFFIXES, save
from harness.reporting.paper import STYLE
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown
from harness.search_methods.method import Search
from harness.search_methods.numerics import ROUNDING, meaningless
from harness.search_methods.outcomes import random_sizes, rows_of
from harness.search_methods.settings import Setting
from harness.search_methods.sweep_plots import sweep_figure
from harness.terminal.console import Wide
from proxies.passes.objectives import PRESETS, Numerics, preset

RECORD, FIGURE = "sweep.json", "sweep"
#: What a row of the table is of.
SETTING = ["objective", "alpha", "gate_scale", "batchnorm", "signs"]
#: Random architectures whose sizes are counted.
RANDOM = 300
SETTINGS_TEXT = (
    "Means over seeds of what one-shot searches find; intervals are 95 % t intervals of the "
    "mean, cut where shares would "
    "leave 0 to 100, blank where all seeds agree. Dtype: the precision of sensitivities; "
    "harness.search --preset authors has "
    "float32, so that rows of that setting in float64 are its numbers in another precision. "
    f"Percentile: the share of {RANDOM} random architectures that are smaller, equal ones "
    "counted half; they are drawn among those "
    "that a "
    "search can find, without the operation none, so that 50 means no bias to size."
)
CAPTION = (
    "Means over seeds with 95 % intervals. Crosses at the right: gates of 1, which have no sign."
)
LEFT_OUT = " Settings under which rounding errors choose are in the table alone."


def search_rows(
    searches: Mapping[Setting, Search],
    table: Table | None,
    targets: Sequence[str],
    drawn: Sequence[int],
) -> pd.DataFrame:
    """Return a row for each search.

    Its setting, what it found, size with percentile, accuracies, shares of operations.

    Args:
        searches: all of one space and dataset.
        table, targets: trained results, where the space has some.
        drawn: sizes of random architectures.
    """
    first = next(iter(searches))
    rows = rows_of(list(searches.values()), first.space, first.dataset, table, targets).drop(
        columns="schedule"
    )
    for place, name in enumerate(("alpha", "gate_scale", "signs", "batchnorm"), 1):
        rows.insert(place, name, [getattr(setting.numerics, name) for setting in searches])
    sizes = [
        math.nan if pd.isna(size) else float(stats.percentileofscore(drawn, size, kind="mean"))
        for size in rows["params"]
    ]
    rows.insert(list(rows).index("params") + 1, "percentile", sizes)
    shares = [_shares(first.space, one) for one in searches.values()]
    rows = pd.concat([rows, pd.DataFrame(shares).add_prefix("share_")], axis=1)
    notes = [
        ROUNDING if meaningless(one.space, one.objective, one.numerics) else "" for one in searches
    ]
    return rows.assign(dtype=[setting.dtype for setting in searches], note=notes)


def _shares(space: str, one: Search) -> dict[str, float]:
    """Return what part of the choices that are left each operation takes."""
    kinds = dict.fromkeys(
        kind for choice in spaces.get(space).choices for kind in choice.operations
    )
    left = [kind for kind in one.chosen if kind is not None]
    return {kind: left.count(kind) / len(left) if left else math.nan for kind in kinds}


def setting_rows(rows: pd.DataFrame, targets: Sequence[str]) -> pd.DataFrame:
    """Return a row for each setting.

    Means over seeds, their deviations, and 95 % intervals of the means.

    Intervals end where a size, a percentile or an accuracy in percent can: at 0, and at 100.
    """
    values = ["params", "percentile", *targets]
    shares = [name for name in rows if str(name).startswith("share_")]
    settings = []
    for key, group in rows.groupby(SETTING, sort=False):
        done = group[group["status"] == "ok"]
        row: dict[Hashable, Any] = dict(zip(SETTING, key, strict=True))
        row |= {
            "n": len(done),
            "failed": len(group) - len(done),
            "architectures": done["arch"].nunique(),
        }
        for name in values:
            row |= _mean(name, done[name].astype(float))
        settings.append(
            row | done[shares].mean().to_dict() | group[["dtype", "note"]].iloc[0].to_dict()
        )
    return pd.DataFrame(settings)


def _mean(name: str, column: pd.Series) -> dict[Hashable, Any]:
    """Return the mean of a column, its deviation, and the 95 % interval of the mean."""
    known, half = column.dropna(), math.nan
    if known.nunique() > 1:
        quantile = float(stats.t.ppf(0.975, len(known) - 1))
        half = quantile * float(known.std()) / math.sqrt(len(known))
    mean = float(known.mean()) if len(known) else math.nan
    low, high = np.clip([mean - half, mean + half], 0.0, math.inf if name == "params" else 100.0)
    return {name: mean, f"{name}_sd": column.std(), f"{name}_low": low, f"{name}_high": high}


def _key(objective: str, numerics: Numerics) -> tuple[Any, ...]:
    """Return what a row of the table is of; gates of 1 are listed as absolute ones."""
    signs = numerics.signs if numerics.alpha == "normal" else "absolute"
    return objective, numerics.alpha, numerics.gate_scale, numerics.batchnorm, signs


def sentences(settings: pd.DataFrame, space: str, targets: Sequence[str]) -> list[str]:
    """Return in words what each preset's setting finds, and how far that depends on the setting,
    rounding errors left out.
    """
    done = settings[(settings["n"] > 0) & (settings["note"] == "")].to_dict("records")
    known = {tuple(row[name] for name in SETTING): row for row in done}
    measure = targets[0] if targets else "params"
    said = []
    for objective in settings["objective"].unique():
        for name in PRESETS:
            if row := known.get(_key(objective, preset(name, objective, space))):
                said.append(
                    f"{objective}, preset {name} ({_setting_text(row)}, in {row['dtype']}): "
                    f"{_values_text(row, targets)}."
                )
        ordered = sorted(
            (row for row in done if row["objective"] == objective), key=lambda row: row[measure]
        )
        if len(ordered) > 1:
            percentiles = [row["percentile"] for row in ordered]
            said.append(
                f"Over the {len(ordered)} settings of {objective} the mean {measure} goes from "
                f"{_number(ordered[0][measure])} "
                f"({_setting_text(ordered[0])}) to {_number(ordered[-1][measure])} "
                f"({_setting_text(ordered[-1])}), and the mean "
                f"percentile of size from {min(percentiles):.1f} to {max(percentiles):.1f}."
            )
    return said


def _setting_text(row: Mapping[Any, Any]) -> str:
    gates = (
        "gates of 1"
        if row["alpha"] == "ones"
        else f"{row['signs']} normal gates of {row['gate_scale']:g}"
    )
    return f"{gates}, normalisation {'by the batch' if row['batchnorm'] == 'train' else 'bypassed'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value > 1000 else f"{value:.2f}"


def _values_text(row: Mapping[Any, Any], targets: Sequence[str]) -> str:
    parts = [f"{target} {row[target]:.2f}{_interval_text(row, target)}" for target in targets]
    parts.append(
        f"{row['params']:,.0f} parameters, larger than {row['percentile']:.1f} % of {RANDOM} "
        "random ones"
    )
    several = "architecture" if row["architectures"] == 1 else "architectures"
    return f"{'; '.join(parts)}; {row['architectures']} {several} in {row['n']} seeds"


def _interval_text(row: Mapping[Any, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if math.isnan(low) else f" ({low:.2f} to {high:.2f})"


def publish_sweep(
    searches: Mapping[Setting, Search],
    table: Table | None,
    targets: Sequence[str],
    fed: str,
    folder: Path,
    provenance: Mapping[str, Any],
) -> None:
    """Write sweep.csv, settings.csv, sweep.json, the figure and reports into *folder*, and print
    the paragraph.

    Args:
        searches, table, targets: as :func:`search_rows` takes them.
        fed: the sentence that says what was fed.
        folder: where everything goes.
        provenance: what sweep.json holds; its ``warnings`` become notes.
    """
    space = next(iter(searches)).space
    rows = search_rows(searches, table, targets, random_sizes(space, RANDOM, 0))
    settings = setting_rows(rows, targets)
    said = sentences(settings, space, targets)
    record = with_versions(provenance)
    with appearing(folder, RECORD, lambda: _remove_figure(folder)) as new:
        write_csv(rows, new / "sweep.csv")
        write_csv(settings, new / "settings.csv")
        document = _document(settings, space, targets, new, [fed, *said], record)
        write_text(new / "report.html", html(document))
        write_text(new / "report.md", markdown(document))
        write_text(new / RECORD, record_text({**record, "findings": said}, SweepRecord, indent=1))
    console = Wide()
    for line in [*said, f"Report, tables and figure: {folder / 'report.html'}"]:
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _document(
    settings: pd.DataFrame,
    space: str,
    targets: Sequence[str],
    folder: Path,
    opening: Sequence[str],
    record: Mapping[str, Any],
) -> Document:
    """Return the report, whose figure is drawn into *folder*."""
    measure = targets[0] if targets else "params"
    with matplotlib.rc_context(STYLE):
        figure = save(sweep_figure(settings, measure), folder / f"{FIGURE}.png")
    caption = CAPTION + (LEFT_OUT if settings["note"].any() else "")
    section = Section("Settings", SETTINGS_TEXT, _table(settings, targets), [(figure, caption)])
    title = f"FreeDARTS on {space}: what its settings decide"
    notes = [f"Note: {reason}." for reason in record["warnings"]]
    parts, command = [Part(space, [], [section])], shown_command(record["command"])
    return Document(title, [*opening, *notes], parts, command, facts(record), {})


def _remove_figure(folder: Path) -> None:
    for suffix in SUFFIXES:
        (folder / f"{FIGURE}{suffix}").unlink(missing_ok=True)


def _table(settings: pd.DataFrame, targets: Sequence[str]) -> tables.Table:
    columns = [
        tables.text("objective", "objective"),
        tables.text("gates", "alpha"),
        tables.number("scale", "gate_scale", "", "g"),
    ]
    columns += [tables.text("normalisation", "batchnorm"), tables.text("signs", "signs")]
    columns += [tables.number("n", "n", "seeds", "d"), tables.number("failed", "failed", "", "d")]
    columns += [tables.number("architectures", "architectures", "different ones", "d")]
    for target in targets:
        columns += [tables.number(target.replace("_", " "), target, "percent", ".2f")]
        columns += [_interval(target)]
    columns += [tables.number("params", "params", "mean", ",.0f")]
    columns += [
        tables.number("percentile", "percentile", "of size among random architectures", ".1f"),
        _interval("percentile"),
    ]
    columns += [
        tables.text("dtype", "dtype", "precision of sensitivities"),
        tables.text("note", "note"),
    ]
    return tables.fill(settings, columns)


def _interval(name: str) -> tables.Column:
    def cell(row: Mapping[str, Any]) -> tables.Cell:
        low = row[f"{name}_low"]
        return tables.Cell(
            _interval_text(row, name).strip(" ()"), -math.inf if math.isnan(low) else low
        )

    return tables.Column("95 % interval", "of the mean over seeds; blank where they agree", cell)
