"""Reports from stored scores.

``python -m harness.report DIR...`` analyses what runs have written, and scores nothing.

One folder is analysed anew, say with other targets. Several are merged, when they scored the same
networks in the same way. All architectures of a population for one proxy and a part of them for
another are not merged (:func:`harness.units.check_asked`).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import benchmarks_data
import proxies
from benchmarks_data.command import Parser, given_path, guarded, writable_folder
from benchmarks_data.errors import InputError
from harness.command import (
    check_replaceable,
    declared_name,
    load_plugins,
    say_what_is_replaced,
    tables_folder,
)
from harness.fed import name_of_record
from harness.scoring import reads_images

if TYPE_CHECKING:
    import pandas as pd

PROG = "python -m harness.report"
#: What runs must have in common to be merged: their scores depend on it.
SHARED = ("benchmark", "dataset", "dtype")


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

    from harness.analysis import read_scores
    from harness.overview import read_settings
    from harness.publish import publish, tell
    from harness.results import Results
    from harness.units import check_asked

    settings = [read_settings(folder) for folder in args.runs]
    frames = [read_scores(folder / "scores.csv") for folder in args.runs]
    run = merged_settings(settings, args.runs)
    scores = merged(frames)
    benchmark = benchmarks_data.get(run["benchmark"])
    check_asked(scores, benchmark.name, run["archs"]["population"])
    table = benchmark.table(tables_folder(args.tables))
    given = args.target or run["targets"]
    try:
        run["targets"] = [table.target(name) for name in dict.fromkeys(given)]
    except InputError as error:
        used = ", ".join(sorted({one["table"]["name"] for one in settings} - {table.name}))
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


def merged(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the scores of several runs as one frame, each score once.

    Raises:
        InputError: two runs disagree about a score, have different seeds of a proxy for different
            architectures, or an aggregate of ranks among different architectures.
    """
    import pandas as pd

    from harness.scoring import OK

    key = ["proxy", "seed", "batch", "index"]
    whole = pd.concat(frames, ignore_index=True)
    found = whole[whole["status"] == OK].groupby(key)["score"].nunique()
    for proxy, seed, batch, index in found.index[found > 1]:
        raise InputError(
            f"the runs disagree about {proxy} of index {index}, seed {seed}, batch {batch}: they "
            "come from different versions, or "
            "it ranks architectures within a run; report them one by one"
        )
    for name in whole["proxy"].unique():
        members = [set(frame["index"]) for frame in frames if name in set(frame["proxy"])]
        if proxies.request(str(name)).components and any(one != members[0] for one in members):
            raise InputError(
                f"{name} ranks the architectures of its run, and the runs have different ones: "
                "report them one by one"
            )
    # Proxies as they come, and a score rather than a failure.
    rank = {name: position for position, name in enumerate(whole["proxy"].unique())}
    whole = whole.assign(order=whole["proxy"].map(rank), failed=whole["status"] != OK)
    whole = whole.sort_values(
        ["order", "seed", "batch", "index", "failed"], kind="stable"
    ).drop_duplicates(key)
    for name, rows in whole.groupby("proxy"):
        if rows.groupby("index").size().nunique() > 1:
            raise InputError(
                f"the runs have different seeds or batches of {name!s} for different "
                "architectures: report them one by one"
            )
    return whole.drop(columns=["order", "failed"]).reset_index(drop=True)


def merged_settings(settings: Sequence[dict[str, Any]], folders: Sequence[Path]) -> dict[str, Any]:
    """Return what run.json says of the runs together.

    Raise InputError when they scored different things.
    """
    first = settings[0]
    # A run whose proxies read no images goes with any other.
    reading = [
        (one, folder) for one, folder in zip(settings, folders, strict=True) if _reads_images(one)
    ]
    for other, folder in reading[1:]:
        if _identity(other["images"]) != _identity(reading[0][0]["images"]):
            raise _apart(reading[0][1], folder, "images")
    for other, folder in zip(settings[1:], folders[1:], strict=True):
        for key in SHARED:
            if other[key] != first[key]:
                raise _apart(folders[0], folder, key)
        if other["archs"]["population"] != first["archs"]["population"]:
            raise InputError(
                f"{folders[0]} and {folder} differ in population: report them one by one"
            )
    known = {proxy["name"]: proxy for one in settings for proxy in one["proxies"]}
    targets = list(dict.fromkeys(target for one in settings for target in one["targets"]))
    seeds = sorted({seed for one in settings for seed in one["seeds"]})
    batches = sorted({batch for one in settings for batch in one.get("batches", [])})
    declared = {one.get("against") for one in settings}
    sources = [command for one in settings for command in one.get("scored_by", [one["command"]])]
    archs = (
        first["archs"]
        if len(settings) == 1
        else {"given": "those of several runs", "population": first["archs"]["population"]}
    )
    return {
        **{key: first[key] for key in SHARED},
        "images": (reading[0][0] if reading else first)["images"],
        "archs": archs,
        "proxies": list(known.values()),
        "targets": targets,
        "seeds": seeds,
        **({"batches": batches} if batches else {}),
        "against": declared.pop() if len(declared) == 1 else None,
        "scored_by": sources,
    }


def _apart(one: Path, other: Path, what: str) -> InputError:
    return InputError(
        f"{one} and {other} differ in {what}, so their scores do not belong together: compare "
        "them with python -m harness.overview"
    )


def _reads_images(settings: dict[str, Any]) -> bool:
    return any(reads_images(proxies.request(proxy["name"])) for proxy in settings["proxies"])


def _identity(setting: Any) -> Any:
    """Return what a setting is recognised by: a file by its content."""
    return setting["sha256"] if isinstance(setting, dict) else setting


def _check(scores: pd.DataFrame, benchmark: str, folders: Sequence[Path]) -> None:
    """Raise InputError unless every row names an architecture by its index and string."""
    if (scores["benchmark"] != benchmark).any():
        raise InputError(
            f"{folders[0] / 'scores.csv'}: not all scores are of {benchmark}, which run.json names"
        )
    named = scores.drop_duplicates(["index", "arch"])
    space = benchmarks_data.get(benchmark)
    for index, arch in zip(named["index"], named["arch"], strict=True):
        if space.architecture(int(index)).string != arch:
            raise InputError(
                f"{folders[0] / 'scores.csv'}: {arch!r} is not index {index} of {benchmark}"
            )


if __name__ == "__main__":
    sys.exit(main())
