"""What fitted scores leave: fitted.csv, a figure, fit.json, report.html and report.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

from harness.analysis.combinations import ScoredRun
from harness.files.fit_record import FitRecord
from harness.files.provenance import with_versions
from harness.files.records import record_text
from harness.files.whole import write_csv, write_text
from harness.fitting.figure import learning_curves
from harness.fitting.findings import sentences
from harness.fitting.judging import ENOUGH, FITTED
from harness.fitting.models import TREES
from harness.reporting import tables
from harness.reporting.document import Document, Part, Section, facts, shown_command
from harness.reporting.figures import SUFFIXES, save
from harness.reporting.paper import STYLE
from harness.reporting.publish import appearing
from harness.reporting.render import html, markdown

RECORD, FIGURE = "fit.json", "fitted"
ABOUT = (
    "Networks to fit to are drawn by lot, one of a class of isomorphic architectures. All are "
    "judged on the architectures of classes of which none was drawn, whatever the number of "
    "networks: no network is judged that is isomorphic to a trained one."
)
FITTED_TEXT = (
    "These scores are not training-free: they were fitted to the accuracies of so many trained "
    "networks, which somebody has to train first. Values are means over draws. "
    "Intervals are for one more draw of them, those of tau and the difference for other "
    "architectures like these too; they are blank for fewer than "
    f"{ENOUGH} draws. Difference: tau less that of the strongest training-free score "
    "on the same networks, corrected for all rows of this table."
)
FREE_TEXT = (
    "These scores have seen no accuracy, but for those with a prior that somebody has tuned. They "
    "are judged on the same networks, and values are means over draws; a score that an "
    "architecture lacks ranks it last. Nothing was fitted, so the interval is for other "
    "architectures alone, from all networks that were held out in any draw."
)
CAPTION = (
    "Tau of fitted scores against the number of trained networks, with the interval for one more "
    "draw and other architectures. Horizontal lines are scores on the same networks that were not "
    "fitted."
)
_TAU = tables.number("tau", "tau", "mean over draws")
_SEARCHED = (
    tables.measured("nDCG", "ndcg", "of targets that are accuracies", ".3f"),
    tables.measured("mean regret", "regret_mean", "over budgets to the top tenth, of accuracies"),
)
FITTED_COLUMNS = (
    tables.text("fitted score", "score"),
    tables.number("trained networks", "networks", "that it was fitted to", ",d"),
    _TAU,
    tables.interval("tau_low", "tau_high", "for one more draw, and other architectures"),
    *_SEARCHED,
    tables.text("training-free", "against", "the strongest on the same networks"),
    tables.number("difference", "difference", "of the taus", "+z.3f"),
    tables.interval("low", "high", "corrected for all rows"),
)
FREE_COLUMNS = (
    tables.text("score", "score"),
    tables.text("kind", "kind"),
    _TAU,
    tables.interval("tau_low", "tau_high", "for other architectures like these"),
    *_SEARCHED,
)


@dataclass(frozen=True)
class Fit:
    """What was fitted and judged.

    Attributes:
        run: whose architectures were drawn from, all of them with a known target.
        classes: how many of isomorphic architectures there are.
        networks: sizes of training sets.
        left_out: sizes that are too large for the run.
        draws, seed: how often they were drawn, and from which seed.
        of: the scores whose ranks were fitted.
        inapplicable: what could not be fitted: name -> why.
        judged: a frame of harness.fitting.judging.FITTED_COLUMNS.
    """

    run: ScoredRun
    classes: int
    networks: Sequence[int]
    left_out: Sequence[int]
    draws: int
    seed: int
    of: Sequence[str]
    inapplicable: Mapping[str, str]
    judged: pd.DataFrame


def publish_fit(fit: Fit, source: Path, folder: Path, command: Sequence[str]) -> list[str]:
    """Write fitted.csv, the figure, the reports and fit.json into *folder*, and return the
    sentences; *source* is where the run lies.
    """
    said = [*sentences(fit.judged), *_left_out(fit)]
    record = with_versions(_record(fit, source, said, command), "scikit-learn")
    with appearing(folder, RECORD, lambda: _remove_figure(folder)) as new:
        write_csv(fit.judged, new / "fitted.csv")
        with matplotlib.rc_context(STYLE):
            drawn = save(learning_curves(fit.judged), new / f"{FIGURE}.png"), CAPTION
        report = fit_document(fit, said, record, [drawn])
        write_text(new / "report.html", html(report))
        write_text(new / "report.md", markdown(report))
        write_text(new / RECORD, record_text(record, FitRecord, indent=1))
    return said


def _left_out(fit: Fit) -> list[str]:
    if not fit.left_out:
        return []
    sizes = ", ".join(f"{size:,}" for size in fit.left_out)
    return [
        f"Left out of the default sizes of training sets: {sizes}. The run has {fit.classes:,} "
        "different networks with a known target, and half of them are kept for judging."
    ]


def _remove_figure(folder: Path) -> None:
    for suffix in SUFFIXES:
        (folder / f"{FIGURE}{suffix}").unlink(missing_ok=True)


def _record(fit: Fit, source: Path, said: Sequence[str], command: Sequence[str]) -> dict[str, Any]:
    run, fitted = fit.run, fit.judged[fit.judged["kind"] == FITTED]
    return {
        "command": list(command),
        "run": {"folder": str(source), "benchmark": run.benchmark, "dataset": run.dataset}
        | {"target": run.target, "architectures": len(run.accuracy)},
        "classes": fit.classes,
        "networks": list(fit.networks),
        "draws": fit.draws,
        "seed": fit.seed,
        "trees": TREES,
        "of": list(fit.of),
        "inapplicable": dict(fit.inapplicable),
        "fitted": fitted[["score", "networks", "tau"]].to_dict("records"),
        "findings": list(said),
    }


def fit_document(
    fit: Fit,
    said: Sequence[str],
    record: Mapping[str, Any],
    figures: Sequence[tuple[Path, str]] = (),
) -> Document:
    """Return the report."""
    run, fitted = fit.run, fit.judged["kind"] == FITTED
    sections = [
        Section(
            "Fitted to accuracies of trained networks", FITTED_TEXT,
            tables.fill(fit.judged[fitted], FITTED_COLUMNS), figures,
        ),
        Section("Not fitted", FREE_TEXT, tables.fill(fit.judged[~fitted], FREE_COLUMNS)),
    ]  # fmt: skip
    about = [
        f"{run.name}: {len(run.accuracy):,} architectures with {run.target}, in {fit.classes:,} "
        f"classes; {fit.judged['held_out'].iloc[0]:,.0f} are held out in a draw on average.",
        ABOUT,
        *(f"Not applicable: {name}, as {why}." for name, why in fit.inapplicable.items()),
    ]
    hidden = ("run", "findings", "fitted", "inapplicable")
    shown = {key: value for key, value in record.items() if key not in hidden}
    title = f"Scores fitted to accuracies on {run.benchmark}, {run.dataset}"
    parts = [Part(run.target, about, sections)]
    return Document(title, said, parts, shown_command(record["command"]), facts(shown), {})
