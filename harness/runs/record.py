"""Fills run.json from a plan."""

from __future__ import annotations

from typing import Any

import benchmarks_data
import proxies
from harness.runs.plan import Plan
from harness.scoring.inputs import record_of
from harness.scoring.job import BFLOAT16
from harness.terminal.listing import proxy_record


def _drawn_from(plan: Plan) -> dict[str, str]:
    """Return which architectures are considered, where the table does not have a target of all."""
    known, size = len(plan.table.known(plan.targets)), benchmarks_data.get(plan.job.benchmark).size
    return (
        {"considered": f"{known:,} of {size:,}, of which the table has a target"}
        if known < size
        else {}
    )


def _proxy_of(plan: Plan, request: proxies.Request) -> dict[str, Any]:
    """Return the entry of a proxy, with its own precision where not all need have the same."""
    own = {"dtype": plan.job.dtype_of(request)} if plan.job.dtype == BFLOAT16 else {}
    return {**proxy_record(request), **own}


def _given(archs: str | tuple[int | str, ...]) -> str:
    return archs if isinstance(archs, str) else f"a list of {len(archs)}"


def settings_of(plan: Plan) -> dict[str, Any]:
    """Return the entries of run.json that say what was scored, and with what it is compared."""
    return {
        "benchmark": plan.job.benchmark,
        "dataset": plan.job.dataset,
        "targets": plan.targets,
        "table": plan.table.provenance(),
        "proxies": [_proxy_of(plan, request) for request in plan.requests],
        "archs": {
            "given": _given(plan.options.archs),
            "population": plan.options.population,
            "sample_seed": plan.options.sample_seed,
            "count": len(plan.indices),
        }
        | _drawn_from(plan),
        "seeds": list(plan.seeds),
        **({} if plan.batches is None else {"batches": list(plan.batches)}),
        "images": record_of(plan.job.images),
        "warning": plan.uncovered,
        "dtype": plan.job.dtype,
        "against": plan.declared,
        **({"left_out": list(plan.left_out)} if plan.left_out else {}),
    }
