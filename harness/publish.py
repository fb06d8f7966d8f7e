"""The files that a run leaves behind."""

from __future__ import annotations

import errno
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks_data.table import is_accuracy
from harness.document import document
from harness.figures import remove_figures, save_figures
from harness.files import (
    earlier_targets,
    failures,
    print_correlations,
    unknown_accuracies,
    with_versions,
    write_csv,
    write_text,
)  # fmt: skip
from harness.headline import declared
from harness.render import html, markdown
from harness.results import Results
from harness.terminal import Wide

CENSUS_TEXT = (
    "All architectures are scored: tau has no error of drawing. 'Other classes' is the 95 % "
    "interval for other classes of\n"
    "isomorphic architectures like these."
)


def publish(results: Results, folder: Path, settings: Mapping[str, Any]) -> None:
    """Write the CSV files, the figures, report.html, report.md and run.json into *folder*, in place
    of an earlier run's.

    Nothing that is there is touched before all of it is written; run.json is the last to be
    replaced.
    """
    with appearing(
        folder, "run.json", lambda: remove_figures(folder, earlier_targets(folder / "run.json"))
    ) as new:
        _write(results, new, settings)


@contextmanager
def appearing(folder: Path, last: str, clear: Callable[[], None]) -> Iterator[Path]:
    """Yield a new folder; what it holds in the end is moved into *folder*, the file *last* at the
    end.

    *clear* removes what belongs to an earlier result, once all is written.
    """
    new = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
    try:
        yield new
        for path in new.iterdir():
            if (folder / path.name).is_dir():
                raise IsADirectoryError(
                    errno.EISDIR, "a folder stands where a file belongs", str(folder / path.name)
                )
        clear()
        for path in sorted(new.iterdir(), key=lambda path: path.name == last):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _write(results: Results, folder: Path, settings: Mapping[str, Any]) -> None:
    frames = {
        "scores": results.scores,
        "correlations": results.correlations,
        "comparisons": results.pairs,
        "ceilings": results.ceilings,
        "strata": results.strata,
        "search": results.search,
    }
    for name, frame in frames.items():
        write_csv(frame, folder / f"{name}.csv")
    figures = {target: save_figures(folder, results, target) for target in results.targets}
    provenance = with_versions(settings)
    report = document(results, figures, provenance)
    texts = {
        "report.html": html(report),
        "report.md": markdown(report),
        "run.json": json.dumps(provenance, indent=2) + "\n",
    }
    for name, text in texts.items():
        write_text(folder / name, text)


def tell(prog: str, results: Results, folder: Path) -> None:
    """Print the correlations, what is missing, and where everything lies."""
    console = Wide()
    columns = any(not is_accuracy(target) for target in results.targets)
    sources = [results.table.name, *(results.table.measurements if columns else ())]
    caption = (
        f"targets of {', '.join(sources)}; input: the images that a score read, blank "
        "where it read none"
    )
    if not results.is_census:
        caption += "\nScores that share a letter do not differ significantly."
    print_correlations(console, pd.concat(map(results.of, results.targets)), caption)
    if results.is_census:
        console.print(CENSUS_TEXT, highlight=False)
    if results.declared:
        for target in results.targets:
            for line in declared(results, target):
                console.print(f"{target}: {line}", highlight=False, soft_wrap=True, markup=False)
    indices = results.populations[results.population]
    for line in [
        *failures(results.scores),
        *unknown_accuracies(results.table, results.targets, indices),
    ]:
        print(f"{prog}: {line}", file=sys.stderr)
    console.print(
        f"Report, scores and figures: {folder / 'report.html'}",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )
