"""What a notebook shows of results: the verdict and the correlations of each target."""

from __future__ import annotations

from collections.abc import Sequence

from harness.analysis.results import Results
from harness.reporting.render import rendered
from harness.reporting.run_tables import CORRELATIONS
from harness.reporting.sections import ranked_rows
from harness.reporting.tables import fill
from harness.reporting.verdict import verdict


def summary(results: Results, warnings: Sequence[str] = ()) -> str:
    """Return a piece of HTML, which *warnings* end; all text is escaped."""
    parts = [
        (
            target,
            verdict(results, target),
            fill(ranked_rows(results, target), CORRELATIONS, results.subject),
        )
        for target in results.targets
    ]
    return rendered("summary.html.j2", parts=parts, warnings=warnings)
