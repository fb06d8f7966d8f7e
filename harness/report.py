"""Reports from stored scores.

``python -m harness.report DIR...`` analyses what runs have written, and scores nothing.

One folder is analysed anew, say with other targets. Several are merged, when they scored the same
networks in the same way. All architectures of a population for one proxy and a part of them for
another are not merged (:func:`harness.analysis.units.check_asked`).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial

import benchmarks_data
from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError
from harness.runs.merging import _check, merged, merged_settings
from harness.scoring.inputs import name_of_record
from harness.terminal.checks import (
    check_replaceable,
    declared_name,
    load_plugins,
    say_what_is_replaced,
    tables_folder,
)

PROG = "python -m harness.report"


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    p = Parser(
        prog,
        "Analyse the scores that runs have written, without scoring: other targets, several runs "
        "in one report.",
    )
    p.add_argument(
        "runs",
        type=given_path,
        nargs="+",
        metavar="DIR",
        help="folders that runs have written (their --out)",
    )
    p.add_argument(
        "--target",
        nargs="+",
        metavar="COLUMN",
        help="columns of the table (default: those of the runs)",
    )
    p.add_argument(
        "--against",
        metavar="NAME",
        help="the score to compare each other one with (default: that of the runs)",
    )
    p.add_argument(
        "--tables",
        type=given_path,
        metavar="DIR",
        help="folder of tables (default: NAS_TABLES, else those installed)",
    )
    p.add_argument(
        "--out",
        type=given_path,
        metavar="DIR",
        help="where the report goes (default: the folder, if it is one alone)",
    )
    p.add_argument(
        "--plugin",
        type=given_path,
        nargs="+",
        default=[],
        metavar="FILE.py",
        help="the plugins that the runs used",
    )
    return p


def main(argv: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run the command and return its exit status: 0 done, 2 unusable input."""
    return guarded(prog, partial(_run, prog), argv)


def _run(prog: str, argv: Sequence[str] | None) -> int:
    args = parser(prog).parse_args(argv)
    load_plugins(prog, args.plugin)
    if args.out is None and len(args.runs) > 1:
        raise InputError("several runs are merged into a folder of their own: name it with --out")
    folders = [folder.resolve() for folder in args.runs]
    if len(set(folders)) < len(folders) or (len(folders) > 1 and args.out.resolve() in folders):
        raise InputError("the same folder is named twice: each run, and --out, needs its own")

    from harness.analysis.results import Results
    from harness.analysis.units import check_asked
    from harness.files.run_record import read_run
    from harness.reporting.console import tell
    from harness.reporting.publish import publish
    from harness.scoring.frames import read_scores

    records = [read_run(folder) for folder in args.runs]
    frames = [read_scores(folder / "scores.csv") for folder in args.runs]
    run = merged_settings(records, args.runs)
    scores = merged(frames)
    benchmark = benchmarks_data.get(run["benchmark"])
    check_asked(scores, benchmark.name, run["archs"]["population"])
    table = benchmark.table(tables_folder(args.tables))
    given = args.target or run["targets"]
    try:
        run["targets"] = [table.target(name) for name in dict.fromkeys(given)]
    except InputError as error:
        used = ", ".join(sorted({one.table.name for one in records} - {table.name}))
        raise InputError(
            f"{error}{f'; the runs used {used}: name its folder with --tables' if used else ''}"
        ) from error
    _check(scores, benchmark.name, args.runs)
    run["against"] = declared_name(args.against or run["against"], set(scores["proxy"]))
    out = writable_folder(args.out or args.runs[0])
    check_replaceable(out)
    run["table"] = table.provenance()
    run["archs"] |= {"count": scores["index"].nunique()}
    run["command"] = [prog, *(sys.argv[1:] if argv is None else argv)]
    run["finished"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    source = name_of_record(run["images"])
    results = Results(
        scores,
        table,
        run["targets"],
        run["archs"]["population"],
        benchmark.name,
        source,
        run["against"],
    )
    say_what_is_replaced(prog, out)
    publish(results, out, run)
    tell(prog, results, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
