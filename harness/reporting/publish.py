"""The files that a run leaves behind."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.analysis.results import Results
from harness.files.provenance import with_versions
from harness.files.records import record_text
from harness.files.run_record import RunRecord, earlier_targets
from harness.files.whole import write_csv, write_text
from harness.reporting.citations import bibliography
from harness.reporting.figures import remove_figures, save_figures
from harness.reporting.latex import comparisons_tex, correlations_tex
from harness.reporting.render import html, markdown
from harness.reporting.run_document import run_document


def publish(
    results: Results, folder: Path, settings: Mapping[str, Any], width: float | None = None
) -> None:
    """Write the CSV files, the figures, report.html, report.md, LaTeX tables, cite.bib and run.json
    into *folder*, in place of an earlier run's.

    With a *width* in inches figures are drawn for paper, and saved as PDF too.
    Nothing that is there is touched before all of it is written; run.json is the last to be
    replaced.
    """
    with appearing(
        folder, "run.json", lambda: remove_figures(folder, earlier_targets(folder / "run.json"))
    ) as new:
        _write(results, new, settings, width)


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


def _write(
    results: Results, folder: Path, settings: Mapping[str, Any], width: float | None
) -> None:
    frames = {
        "scores": results.scores,
        "correlations": results.correlations,
        "comparisons": results.pairs,
        "ceilings": results.ceilings,
        "strata": results.strata,
        "parts": results.parts,
        "search": results.search,
    }
    for name, frame in frames.items():
        write_csv(frame, folder / f"{name}.csv")
    figures = {target: save_figures(folder, results, target, width) for target in results.targets}
    provenance = with_versions(settings)
    report = run_document(results, figures, provenance)
    texts = {
        "report.html": html(report),
        "report.md": markdown(report),
        "correlations.tex": correlations_tex(results),
        "comparisons.tex": comparisons_tex(results),
        "cite.bib": bibliography(results.orders, results.benchmark),
        "run.json": record_text(provenance, RunRecord, indent=2),
    }
    for name, text in texts.items():
        write_text(folder / name, text)
