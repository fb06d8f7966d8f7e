"""A run as a function call: scores of proxies beside trained accuracies, in a notebook."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import benchmarks_data
import proxies as registry
from benchmarks_data.command import writable_folder
from benchmarks_data.errors import InputError, unknown
from benchmarks_data.listed import open_for_frame
from harness.runs.arguments import (
    call_text,
    in_python_words,
    is_frame,
    options_of,
    path_of,
    python_words,
    store_of,
    workers_of,
)
from harness.runs.brought import Brought, GivenProxy, benchmark_of, named_proxies
from harness.runs.conduct import Due, Track, Work, conducted
from harness.runs.plan import Plan, make_plan
from harness.runs.progress import Progress, shown
from harness.runs.shipped import Shipped
from harness.terminal.checks import check_not_larger, check_replaceable, tables_folder
from harness.terminal.widths import inches

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from benchmarks_data.benchmark import Benchmark
    from harness.analysis.results import Results

#: The parts of results that look proxies and the benchmark up when they are first asked for.
LOOKING_UP = ("orders", "populations", "units", "correlations", "parts")


@dataclass(frozen=True, repr=False, eq=False)
class Evaluation:
    """What `evaluate` returns; it shows itself in a notebook.

    Attributes:
        results: the whole analysis. Where the call brought functions or a benchmark, its methods
            ``input_of`` and ``single_seeds`` do not know them any more.
        warnings: what one should know: what was left out, what is missing and why.
        settings: what run.json says, but for the versions.
    """

    results: Results
    warnings: Sequence[str]
    settings: dict[str, Any]
    _brought: Brought

    @property
    def scores(self) -> pd.DataFrame:
        """One row per architecture, proxy, seed and batch, as in scores.csv."""
        return self.results.scores

    @property
    def correlations(self) -> pd.DataFrame:
        """One row per target, population and proxy, as in correlations.csv."""
        return self.results.correlations

    @property
    def comparisons(self) -> pd.DataFrame:
        """One row per target and pair of proxies, as in comparisons.csv."""
        return self.results.pairs

    @property
    def ceilings(self) -> pd.DataFrame:
        """What a score without noise would reach, as in ceilings.csv."""
        return self.results.ceilings

    def figure(self, name: str, target: str | None = None, width: str | float = "text") -> Figure:
        """Return a figure of the report.

        Args:
            name: as in harness.reporting.figures.FIGURES, such as ``tau``.
            target: one of the targets; None for the first.
            width: of the figure on paper, ``column`` (3.25 inches), ``text`` (6.75) or inches.

        Raises:
            InputError: there is no such figure, target or width, or nothing to see in it.
        """
        from harness.reporting.figures import FIGURES, drawn

        chosen = self.results.targets[0] if target is None else target
        if name not in FIGURES:
            raise unknown("figure", str(name), FIGURES)
        if chosen not in self.results.targets:
            raise unknown("target of this evaluation:", str(chosen), self.results.targets)
        with self._brought.known():
            figure = drawn(name, self.results, chosen, inches(width))
        if figure is None:
            raise InputError(
                f"the figure {name} has nothing to show of these scores: see the others, or "
                "evaluate more proxies, architectures or seeds"
            )
        return figure

    def save(
        self, folder: str | Path, width: str | float | None = None, *, replace: bool = False
    ) -> Path:
        """Write what the command harness.run leaves: CSV files, figures, report.html, report.md,
        LaTeX tables, cite.bib and run.json.

        An earlier run's are replaced; one of more architectures only with *replace*. With a *width*
        (as of `figure`) figures are drawn for paper, and saved as PDF too.

        Returns:
            The folder.

        Raises:
            InputError: files cannot be written there, or another command's result is there, or a
                report of more architectures.
        """
        from harness.reporting.publish import publish

        with in_python_words(), self._brought.known():
            out = writable_folder(path_of("folder", folder))
            check_replaceable(out)
            if not replace:
                check_not_larger(out, self.results.scores["index"].nunique())
            publish(self.results, out, self.settings, None if width is None else inches(width))
        return out

    def __repr__(self) -> str:
        """Return what it is of, in a line."""
        names, indices = self.results.scores["proxy"].unique(), self.results.scores["index"]
        warned = f"; {len(self.warnings)} in .warnings" if self.warnings else ""
        return (
            f"<Evaluation of {len(names)} scores on {indices.nunique():,} architectures of "
            f"{self.results.benchmark}: {', '.join(self.results.targets)}{warned}>"
        )

    def _repr_html_(self) -> str:
        """Return the verdict on the subject and the correlations of each target as HTML."""
        from harness.reporting.summary import summary

        with self._brought.known():
            return summary(self.results, self.warnings)


def evaluate(
    proxies: GivenProxy | Iterable[GivenProxy],
    *,
    benchmark: str | Benchmark = "nb201",
    archs: int | str | Iterable[int | str] = 1000,
    dataset: str | None = None,
    target: str | Sequence[str] | None = None,
    table: str | Path | Sequence[str | Path] | pd.DataFrame | None = None,
    population: str = "all",
    sample_seed: int = 0,
    seeds: int = 1,
    batches: int | None = None,
    images: str | Path = "natural",
    tokens: str | Path | None = None,
    store: str | Path | None = None,
    workers: int = 1,
    device: str = "cpu",
    dtype: str = "float32",
    against: str | None = None,
    focus: str | None = None,
    shipped: bool = True,
    progress: Progress | bool | None = None,
) -> Evaluation:
    """Score architectures with proxies, and correlate the scores with trained accuracies: what
    ``python -m harness.run`` does, with the same numbers. Prints nothing.

    Args:
        proxies: a name such as ``zeros[aggregate=min]``, ``all``, ``shipped`` (those whose scores
            of these architectures come with the harness), a function, or several of them. The
            trivial baselines are added. A function that is not decorated with ``@proxy`` is
            called as ``f(network, inputs)`` with a fresh network (``torch.nn.Module``) and the
            `proxies.passes.common.Inputs`, and returns a number, higher being better. It is
            known by its name during the call alone.
        benchmark: a name, or an object with the attributes and methods of
            `benchmarks_data.benchmark.Benchmark`, known during the call alone.
        archs: how many to draw, ``all``, or indices and architecture strings themselves. Other text
            is a file of such.
        dataset: whose networks are scored; None for the first target's, else the benchmark's first.
        target: columns of the table; None for the dataset's test accuracy.
        table: a folder of tables, a file of one, or a list of these; or a frame with a row per
            architecture, which the index or a column ``index`` or ``arch`` names, and columns of
            numbers, accuracies in percent. None for the folders of NAS_TABLES, else what is
            installed.
        population: ``all``, ``connected`` or ``unique``.
        sample_seed: seeds the draw of architectures.
        seeds: seeds 0 to N-1 of weights and batches.
        batches: batches 0 to N-1, each with every seed of weights; None: each seed draws its own.
        images: ``natural``, ``noise``, or an .npz file.
        tokens: ``uniform`` or an .npz file, of networks that take tokens; None for the former.
        store: a file where scores are kept for later calls and commands; None for a temporary one.
            Scores of functions, and of a benchmark that is an object, are never kept: another one
            could come to have the same name.
        workers: processes that score; 1 is this process. Functions, other proxies that no plugin
            registers, and a benchmark that is an object are known to this process alone, which then
            scores them by itself, whatever is named here. A script that names more calls this under
            ``if __name__ == "__main__":``.
        device: of the computation, such as ``cpu`` or ``cuda``.
        dtype: ``float32``, ``float64``, or ``bfloat16`` for the scores that are as good in it.
        against: the score that the others were declared to be compared with; None for all pairs.
        focus: the proxy that the report is about; None for the first that is given and no trivial
            baseline, of ``all`` and ``shipped`` ZEROS.
        shipped: whether scores that come with the harness are taken as they are, not computed.
            ``settings["shipped"]`` says how many were.
        progress: called with the numbers of scores that have come and that there will be; True
            shows on standard error how far it is: a bar on a terminal, elsewhere a line each tenth.

    Raises:
        InputError: something that was given cannot be used; nothing has been scored then.
    """
    given = dict(locals())
    with in_python_words():
        return _evaluated(given)


def _evaluated(given: dict[str, Any]) -> Evaluation:
    framed = is_frame(given["table"])
    names, entries = named_proxies(given["proxies"])
    benchmark, own = benchmark_of(given["benchmark"], table=not framed)
    options, workers = options_of(names, benchmark, given), workers_of(given["workers"])
    store, begin, track = store_of(given["store"]), *shown(given["progress"])
    with Brought(tuple(entries), own).known():
        plan = make_plan(options, _table(given["table"], benchmark) if framed else None)
        every = [*plan.requests, *registry.expand(plan.requests)]
        brought = Brought(tuple(one.proxy for one in every if not one.proxy.versioned), own)
        results, settings = _conducted(plan, store, workers, own is not None, begin, track)
        notes = plan.below.notes if plan.below else []
        warnings = [*registry.problems(), *notes, *_warnings(plan, results)]
        if brought:
            _complete(results)
    command = [call_text(evaluate, given)]
    return Evaluation(results, warnings, {"command": command, **settings}, brought)


def _table(frame: pd.DataFrame, benchmark: str) -> Any:
    from benchmarks_data.formats.frame import table_of_frame

    known = benchmarks_data.get(benchmark)
    open_for_frame(known, tables_folder(None))
    return table_of_frame(frame, known)


def _conducted(
    plan: Plan,
    store: Path | None,
    workers: int,
    passing: bool,
    begin: Callable[[Due, Shipped], None],
    track: Track,
) -> tuple[Results, dict[str, Any]]:
    """Return what `conducted` does of a plan.

    What could come to mean something else is scored by this process and stored for the moment:
    every score where the benchmark is *passing*, else those of proxies that have no version. None
    of these comes with the harness.
    """
    from harness.computing.local import Local
    from harness.scoring.store import Store

    every = registry.expand(plan.requests)
    lasting = [] if passing else [one for one in every if one.proxy.versioned]
    fleeting = [one for one in every if passing or not one.proxy.versioned]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zeros-harness-")))
        temporary = stack.enter_context(Store(folder / "scores.sqlite"))
        file = store if store and lasting else folder / "lasting.sqlite"
        kept = stack.enter_context(Store(file, plan.below))
        works = [Work(lasting, kept, Local(workers)), Work(fleeting, temporary, Local(1))]
        return conducted(plan, [one for one in works if one.requests], begin, track)


def _complete(results: Results) -> None:
    """Compute what would need what the call brought."""
    for name in LOOKING_UP:
        getattr(results, name)


def _warnings(plan: Plan, results: Results) -> list[str]:
    """Return what the command prints as warnings."""
    from harness.reporting.console import failures, unknown_accuracies
    from harness.reporting.findings import about
    from harness.reporting.tuned import tuned_sentences

    return [
        *map(python_words, plan.notes),
        *failures(results.scores),
        *unknown_accuracies(plan.table, plan.targets, plan.indices),
        *about(results),
        *tuned_sentences(results.orders),
    ]
