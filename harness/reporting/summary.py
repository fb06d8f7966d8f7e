"""What a notebook shows of results: the headline and the correlations of each target."""

from __future__ import annotations

from harness.analysis.results import Results
from harness.reporting.findings import target_findings
from harness.reporting.render import rendered
from harness.reporting.run_tables import CORRELATIONS
from harness.reporting.sections import ranked_rows
from harness.reporting.tables import fill


def summary(results: Results) -> str:
    """Return a piece of HTML; all text is escaped."""
    parts = [
        (
            target,
            target_findings(results, target)[0],
            fill(ranked_rows(results, target), CORRELATIONS),
        )
        for target in results.targets
    ]
    return rendered("summary.html.j2", parts=parts)
