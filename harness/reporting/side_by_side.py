"""Several runs beside one another and beside published figures, as one Markdown table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from msgspec import UnsetType

from benchmarks_data.errors import InputError
from harness.analysis.parts import COVERED, WEIGHTED
from harness.files.records import ImageFileRecord
from harness.files.run_record import RunRecord, read_run
from harness.files.whole import read_csv
from harness.reporting.left import NUMBERS as LEFT
from harness.reporting.phrases import tau_text
from harness.reporting.tuned import tuned_sentences

#: What an overview reads of correlations.csv.
TAU = ("tau", "tau_low", "tau_high")
NUMBERS = ("n", "missing", *TAU)


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        folder: where it lies.
        record: what it says of itself.
        correlations: its own population's harness.analysis.correlations.CORRELATION_COLUMNS.
        weighted: whether taus are weighted to the shares that the parts of the benchmark have.
    """

    folder: Path
    record: RunRecord
    correlations: pd.DataFrame
    weighted: bool = False


def read_results(folder: Path) -> Run:
    """Return the run whose results *folder* holds; raise InputError when it holds none."""
    record = read_run(folder)
    correlations = read_csv(
        folder / "correlations.csv",
        ["target", "population", "proxy", *NUMBERS],
        (*NUMBERS, *LEFT),
    )
    rows = correlations[correlations["population"] == record.archs.population]
    if rows.duplicated(["target", "proxy"]).any():
        raise InputError(
            f"{folder / 'correlations.csv'}: a proxy stands in several rows of a target"
        )
    weighted = _weighted(folder / "parts.csv")
    if weighted is None:
        return Run(folder, record, rows)
    # What was not scored, such as a short training, has no weighted tau, and is left out.
    replaced = rows.drop(columns=list(TAU)).merge(weighted, on=["target", "proxy"])
    return Run(folder, record, replaced, weighted=True)


def _weighted(path: Path) -> pd.DataFrame | None:
    """Return the weighted taus of a run by target and proxy; None where there are none, or they
    stand for too little of the benchmark.
    """
    if not path.exists():
        return None
    parts = pd.read_csv(path)
    rows = parts[(parts["part"] == WEIGHTED) & (parts["share"] >= COVERED)]
    return rows[["target", "proxy", *TAU]] if len(rows) else None


def overview(runs: Sequence[Run], published: pd.DataFrame | None = None) -> str:
    """Return a Markdown table with a row for each proxy, ordered by tau in the first run, and under
    it what was run.

    A cell holds tau with its 95 % interval; the last column counts the missing scores of all runs,
    for a run with several targets those with the first. Published figures stand beside a target of
    their dataset whose networks were scored.
    """
    table = pd.DataFrame(_columns(runs, published)).fillna("").assign(missing=_missing(runs))
    order = ranked(runs)
    lines = [["proxy", *table.columns], ["---"] * (1 + len(table.columns))]
    lines += [[f"`{name}`", *map(str, table.loc[name])] for name in order]
    text = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    sources = (
        []
        if published is None
        else sorted({f"- published: {source}" for source in published["source"]})
    )
    notes = [*map(what_was_run, runs), *tuned_sentences(order)]
    return "\n".join([*text, "", *(f"- {note}" for note in notes), *sources])


def ranked(runs: Sequence[Run]) -> list[str]:
    """Return the proxies of all runs by their tau in the first one, the highest first."""
    names = {str(name) for run in runs for name in run.correlations["proxy"]}
    first = _taus(runs[0].correlations.drop_duplicates("proxy"))
    return sorted(sorted(names), key=lambda name: -first.get(name, -2.0))


def published_taus(run: Run, target: str, published: pd.DataFrame | None) -> dict[str, float]:
    """Return the published taus that stand beside those of a run with a target: those of its
    dataset, where the target is of it too.
    """
    dataset = run.record.dataset
    if published is None or not target.startswith(f"{dataset}_"):
        return {}
    return _taus(published[published["dataset"] == dataset])


def _columns(runs: Sequence[Run], published: pd.DataFrame | None) -> dict[str, pd.Series]:
    """Return what stands under each heading: a text for each proxy."""
    columns: dict[str, pd.Series] = {}
    headings = _headings(runs)
    for run in runs:
        for target, group in run.correlations.groupby("target", sort=False):
            rows = group.set_index("proxy")
            heading = headings[run.folder, str(target)]
            columns[heading] = rows.apply(_cell, axis=1)
            if theirs := published_taus(run, str(target), published):
                columns[f"{heading}, published"] = pd.Series(
                    {name: f"{theirs[name]:.2f}" for name in rows.index if name in theirs}
                )
    return columns


def _missing(runs: Sequence[Run]) -> pd.Series:
    """Return how many scores each proxy lacks in all runs, in each under its first target."""
    by_run = {
        number: run.correlations.groupby("proxy")["missing"].first()
        for number, run in enumerate(runs)
    }
    return pd.DataFrame(by_run).sum(axis=1).astype(int)


def what_was_run(run: Run) -> str:
    """Return which networks were scored with what and in which precision, where that is not
    float32, and what intervals are about, in a line.
    """
    record = run.record
    images, archs = record.images, record.archs
    source = (
        f"{'tokens' if images.tokens else 'images'} of {Path(images.file).name}"
        if isinstance(images, ImageFileRecord)
        else images
    )
    known = [needs for one in record.proxies if not isinstance(needs := one.needs, UnsetType)]
    if known and not any({"images", "labels"} & set(needs) for needs in known):
        source = "nothing fed"
    precision = f"; {record.precision}" if record.precision else ""
    drawn = f"drawn with sample seed {archs.sample_seed} from" if archs.drawn else "of"
    return (
        f"{record.benchmark}, {record.dataset}'s networks: {archs.count} architectures {drawn} "
        f"population {archs.population}, {len(record.seeds)} seed(s), {source}, accuracies of "
        f"{record.table.name}{precision}{_units(run)}{_weights(run)}"
    )


def _weights(run: Run) -> str:
    """Return that taus are not those of the sample, where they are not."""
    return (
        "; taus are weighted to the shares that parts of the benchmark have" if run.weighted else ""
    )


def _units(run: Run) -> str:
    """Return what intervals are about, where all architectures are scored."""
    census = run.correlations.get("census")
    return (
        "; intervals are those of other classes of isomorphic architectures"
        if census is not None and census.any()
        else ""
    )


def _headings(runs: Sequence[Run]) -> dict[tuple[Path, str], str]:
    """Return a heading for each run and target, which tells no more than is needed to tell them
    apart.
    """
    keys = [(run, str(target)) for run in runs for target in run.correlations["target"].unique()]
    alike = Counter(target for _, target in keys)
    same_networks = Counter((run.record.dataset, target) for run, target in keys)
    headings = {}
    for run, target in keys:
        dataset, prefix = run.record.dataset, ""
        if same_networks[dataset, target] > 1:
            prefix = f"{run.folder}: "
        elif alike[target] > 1:
            prefix = f"{dataset}: "
        headings[run.folder, target] = prefix + target + (", weighted" if run.weighted else "")
    return headings


def _taus(rows: pd.DataFrame) -> dict[str, float]:
    known = rows.dropna(subset="tau")
    return {str(name): float(tau) for name, tau in zip(known["proxy"], known["tau"], strict=True)}


def _cell(row: pd.Series) -> str:
    return tau_text(row["tau"], row["tau_low"], row["tau_high"])
