"""The main command: score architectures with proxies, correlate the scores with trained accuracies,
report.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import proxies
from benchmarks_data.command import FAILED, Parser, given_path, guarded
from benchmarks_data.populations import POPULATIONS
from harness.reporting.fed import fed
from harness.runs.plan import Plan, make_plan, tasks_due
from harness.runs.record import _settings
from harness.scoring.inputs import name_of
from harness.scoring.job import DTYPES, Job, Score, Task, draws_of
from harness.terminal.checks import load_plugins, say_what_is_replaced
from harness.terminal.executor_options import add_options
from harness.terminal.listing import describe, listing
from harness.terminal.options import add_images, positive
from proxies.requests import reads_images

if TYPE_CHECKING:
    from harness.scoring.store import Store


PROG = "python -m harness.run"
STORE = Path("reports/scores.sqlite")


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    about = (
        "Score architectures of a tabular NAS benchmark with training-free proxies, and "
        "correlate with trained accuracies."
    )
    p = Parser(prog, about)
    what = p.add_argument_group("what is scored")
    what.add_argument(
        "--proxy",
        nargs="+",
        default=["zeros"],
        metavar="NAME",
        help="proxies, with options as in 'zeros[aggregate=min]', or 'all'; the trivial "
        "baselines are added (default: zeros)",
    )
    what.add_argument("--benchmark", default="nb201", metavar="NAME", help="(default: nb201)")
    what.add_argument(
        "--dataset",
        metavar="NAME",
        help="whose network is scored (default: the first target's, else cifar10)",
    )
    what.add_argument(
        "--archs",
        default="1000",
        metavar="N",
        help="'all', a number to draw, or a file of indices (default: 1000)",
    )
    what.add_argument(
        "--sample-seed",
        type=int,
        default=0,
        metavar="SEED",
        help="seeds the draw of architectures (default: 0)",
    )
    what.add_argument(
        "--population",
        choices=POPULATIONS,
        default="all",
        help="every index, those with a path from input to output, or one per isomorphism class "
        "(default: all)",
    )
    what.add_argument(
        "--seeds",
        type=positive,
        default=1,
        metavar="N",
        help="seeds 0 to N-1 of weights and batches (default: 1)",
    )
    what.add_argument(
        "--batches",
        type=positive,
        metavar="N",
        help="batches 0 to N-1 of images and labels, each with every seed of weights (default: "
        "each seed draws its own)",
    )
    add_images(what)
    against = p.add_argument_group("what it is compared with")
    against.add_argument(
        "--target",
        nargs="+",
        metavar="COLUMN",
        help="columns of the table (default: the dataset's test accuracy)",
    )
    against.add_argument(
        "--tables",
        type=given_path,
        metavar="DIR",
        help="folder of tables (default: NAS_TABLES, else the installed one)",
    )
    against.add_argument(
        "--against",
        metavar="NAME",
        help="the score to compare each other one with, declared beforehand (default: all pairs)",
    )
    where = p.add_argument_group("where results go")
    where.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help="CSV files and figures (default: reports/BENCHMARK-DATASET)",
    )
    where.add_argument(
        "--store",
        type=given_path,
        default=STORE,
        metavar="FILE",
        help=f"all scores, for later runs (default: {STORE})",
    )
    where.add_argument(
        "--force",
        action="store_true",
        help="score anew what the store has; what fails is shown as failed",
    )
    how = p.add_argument_group("how it is computed")
    how.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, mps ... (default: cpu)")
    how.add_argument("--dtype", choices=DTYPES, default="float32", help="(default: float32)")
    how.add_argument(
        "--memory",
        type=positive,
        metavar="MB",
        help="for architectures computed together, in each process (default: 256; on a GPU half "
        "of what is free)",
    )
    add_options(p)
    p.add_argument(
        "--plugin",
        type=given_path,
        nargs="+",
        default=[],
        metavar="FILE.py",
        help="Python files that register further proxies",
    )
    p.add_argument("--list", action="store_true", help="list proxies and benchmarks, and exit")
    p.add_argument("--describe", metavar="NAME", help="say all about a proxy, and exit")
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status.

    0 done, 1 a proxy has no score at all, 2 unusable input, 130 interrupted.
    """
    return guarded(prog, partial(_run, prog), argv, kept="finished scores are")


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    plugins = load_plugins(prog, args.plugin)
    if args.list or args.describe:
        print(describe(args.describe) if args.describe else listing())
        return 0
    plan = make_plan(args, plugins)
    _say_what_is_fed(prog, plan)

    from harness.scoring.execution import amount, score_and_store
    from harness.scoring.store import Store
    from harness.terminal.progress import tracked
    from proxies.status import ERROR

    with Store(args.store) as store:
        due = tasks_due(plan, store, args.seeds, force=args.force)
        _say_what_is_kept(
            prog, plan, [task for _, tasks in due for task in tasks], range(args.seeds)
        )
        started = time.monotonic()
        failed = []
        for job, tasks in due:
            batches = score_and_store(job, tasks, store, plan.executor)
            for scores in tracked("scoring", *amount(tasks), batches):
                failed += [(job, one) for one in scores if one.status.startswith(ERROR)]
        count = sum(len(tasks) for _, tasks in due)
        scoring = {
            "tasks": count,
            "seconds": round(time.monotonic() - started, 3),
            "device": plan.job.device,
        }
        # Without --force what has failed has no earlier score, unless another run has just computed
        # it.
        shown = failed if args.force else []
        kept = sum(store.kept(job, [score for its, score in shown if its is job]) for job, _ in due)
        scoring |= {"failed": len(failed), "note": _say_what_is_shown(prog, kept)}
        finished = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        command = [prog, *(sys.argv[1:] if argv is None else argv)]
        provenance = {
            "command": command,
            **_settings(args, plan),
            "scored_now": scoring,
            "finished": finished,
        }
        return _report(prog, args, plan, store, shown, provenance)


def _say_what_is_fed(prog: str, plan: Plan) -> None:
    readers = [request.name for request in plan.requests if reads_images(request)]
    others = [request.name for request in plan.requests if not reads_images(request)]
    print(f"{prog}: {fed(name_of(plan.job.images), readers, others)}", flush=True)


def _say_what_is_kept(prog: str, plan: Plan, tasks: Sequence[Task], seeds: Sequence[int]) -> None:
    """Tell what is left out, what comes from the store, and whose results are replaced."""
    for warning in filter(None, (plan.warning, plan.uncovered)):
        print(f"{prog}: {warning}", file=sys.stderr)
    draws = [
        pair
        for request in proxies.expand(plan.requests)
        for pair in draws_of(request, seeds, plan.batches)
    ]
    wanted = len(plan.indices) * len(draws)
    due = sum(len(task.proxies) for task in tasks)
    if due < wanted:
        print(f"{prog}: {wanted - due} of {wanted} scores are already stored", file=sys.stderr)
    say_what_is_replaced(prog, plan.out)


def _say_what_is_shown(prog: str, kept: int) -> str:
    """Tell which of two results is shown where computing a score anew has failed.

    Return it too, nothing when none has.
    """
    if not kept:
        return ""
    text = (
        f"scores that failed when computed anew: {kept}; they are shown as failed, and the "
        "store keeps the earlier ones, "
    )
    text += "which the same command shows without --force"
    print(f"{prog}: {text}", file=sys.stderr)
    return text


def _report(
    prog: str,
    args: argparse.Namespace,
    plan: Plan,
    store: Store,
    failed: Sequence[tuple[Job, Score]],
    provenance: dict[str, Any],
) -> int:
    from harness.analysis.aggregates import with_aggregates
    from harness.analysis.results import Results
    from harness.reporting.console import tell
    from harness.reporting.publish import publish
    from harness.scoring.frames import collect

    collected = collect(
        plan.job, plan.requests, plan.indices, range(args.seeds), store, plan.batches, failed
    )
    scores = with_aggregates(collected, plan.requests)
    source = name_of(plan.job.images)
    results = Results(
        scores, plan.table, plan.targets, args.population, plan.job.benchmark, source, plan.declared
    )
    publish(results, plan.out, provenance)
    tell(prog, results, plan.out)
    return FAILED if scores.groupby("proxy")["score"].count().min() == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
