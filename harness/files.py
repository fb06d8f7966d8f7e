"""Files read and written whole, and the table on the terminal."""

from __future__ import annotations

import json
import math
import platform
import re
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as TerminalTable

from benchmarks_data.errors import InputError
from benchmarks_data.table import Table
from proxies import TRIVIAL_BASELINES

PACKAGES = ("zeros-harness", "torch", "numpy", "scipy", "pandas", "matplotlib", "analog-nasbench")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame at full precision; the file appears whole or not at all.

    NaN is blank, infinity is ``inf``.
    """
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))


def read_csv(path: Path, columns: Sequence[str], numbers: Sequence[str] = ()) -> pd.DataFrame:
    """Return the frame in a CSV file.

    Raises:
        InputError: it cannot be read, has no row, lacks one of *columns*, or has something else
            than numbers in one of *numbers*.
    """
    try:
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"arch": str})
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise InputError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}"
        ) from error
    if absent := [column for column in columns if column not in frame.columns]:
        raise InputError(f"{path} lacks the columns {', '.join(absent)}")
    if frame.empty:
        raise InputError(f"{path} has no row")
    for column in numbers:
        if column in frame.columns and not pd.api.types.is_numeric_dtype(frame[column]):
            raise InputError(f"{path}: column {column!r} holds something else than numbers")
    return frame


def with_versions(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return *settings* and the versions of everything that computed: what run.json holds."""
    versions = {name: metadata.version(name) for name in PACKAGES if _installed(name)}
    return {
        **settings,
        "versions": {"python": platform.python_version(), **versions},
        "platform": platform.platform(),
    }


def write_text(path: Path, text: str) -> None:
    """Write a file, which appears whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(
            text.encode("utf-8", "backslashreplace")
        )  # an argument may hold bytes that are no text
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def earlier_targets(path: Path) -> list[str]:
    """Return the targets that an earlier run.json names.

    None when there is no such file or it is something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["targets"]
        return [
            name
            for name in found
            if isinstance(name, str) and re.fullmatch(r"[\w.-]+", name, re.ASCII)
        ]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def failures(scores: pd.DataFrame) -> list[str]:
    """Return one line for each proxy with missing scores: how many, and the commonest reason."""
    missing = scores[scores["score"].isna()]
    return [
        f"{proxy}: {len(rows)} of {(scores['proxy'] == proxy).sum()} scores are missing, most "
        f"often: {rows['status'].mode()[0]}"
        for proxy, rows in missing.groupby("proxy", sort=False)
    ]


def unknown_accuracies(table: Table, targets: Sequence[str], indices: Sequence[int]) -> list[str]:
    """Return one line for each target that the table lacks for some of the architectures."""
    absent = {
        target: int(table.values[target].reindex(list(indices)).isna().sum()) for target in targets
    }
    return [
        f"{count} of {len(indices)} architectures have no {target}, and are left out"
        for target, count in absent.items()
        if count
    ]


def print_correlations(console: Console, correlations: pd.DataFrame, caption: str) -> None:
    """Print one table per target, the highest tau first, trivial baselines dimmed.

    *caption* says what was compared.

    In a census the intervals are named as what they are (:mod:`harness.units`).
    """
    for target, rows in correlations.groupby("target", sort=False):
        first = rows.iloc[0]
        title = f"{first['benchmark']}, {target}, population {first['population']}"
        finite = [
            f"{row['r_n']} of {row['proxy']}" for _, row in rows.iterrows() if row["r_n"] < row["n"]
        ]
        below = f"{caption}\n* among finite scores: {', '.join(finite)}" if finite else caption
        table = TerminalTable(
            title=title,
            caption=escape(below),
            title_justify="left",
            caption_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            collapse_padding=True,
        )
        table.add_column("proxy", overflow="fold")
        for heading in ("tau", "other classes" if first["census"] else "95 % interval"):
            table.add_column(heading, justify="right", no_wrap=True)
        lettered = rows["group"].notna().any()
        if lettered:
            table.add_column("group", overflow="fold")
        for heading in ("rho", "r", "n", "missing"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("input", overflow="fold")
        for _, row in rows.sort_values("tau", ascending=False).iterrows():
            table.add_row(
                row["proxy"].replace("[", r"\["),
                _number(row["tau"]),
                interval_text(row["tau_low"], row["tau_high"]),
                *([] if not lettered else ["" if pd.isna(row["group"]) else row["group"]]),
                _number(row["rho"]),
                _number(row["r"]) + ("*" if row["r_n"] < row["n"] else ""),
                str(row["n"]),
                str(row["missing"]),
                row["input"],
                style="dim" if row["proxy"] in TRIVIAL_BASELINES else None,
            )
        console.print(table)


def interval_text(low: float, high: float) -> str:
    """Return an interval for people, empty where it is undefined."""
    return "" if math.isnan(low) else f"{low:z.3f} to {high:z.3f}"


def tau_text(tau: float, low: float, high: float) -> str:
    """Return a tau with its interval for people."""
    if math.isnan(tau):
        return "undefined"
    return f"{tau:z.3f}" + (f" ({interval_text(low, high)})" if not math.isnan(low) else "")


def _number(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:z.3f}"
