"""Strategies that damage what is good: files nearly right find more than noise does."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st

from benchmarks_data.errors import InputError

#: What somebody may have put in a cell, and what readers of numbers and texts stumble over.
ODD = (
    *("", " ", "nan", "inf", "-inf", "-0", "0", "1", "1.5", "-1", "1e999", "1_0", "0x1", "٣", "²",
    "9" * 30, "9" * 5000),
    *("\ufeff", "\u2028", "\ud800", "\x00", '"', "'", ",", "\n", "\r", "\t", "[", "]", "[=]",
    "<b>", "{{7}}", "=1+1"),
    *("../..", "\x1b[31m", "True", "None", "zeros", "params", "index", "arch", "ok", "error: x",
    "cifar10_test", "all"),
)  # fmt: skip

odd_text = st.one_of(st.sampled_from(ODD), st.text(max_size=12))
#: What can stand on a command line: anything but NUL, and no way out of the folder.
argument = odd_text.map(
    lambda text: text.replace("\x00", "").replace("/", "").replace("\ud800", "\udc80")
)
json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(-3, 20000), st.floats(), odd_text
    ),
    lambda children: st.one_of(
        st.lists(children, max_size=3), st.dictionaries(odd_text, children, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn, data: bytes, tokens: Sequence[bytes] = ()) -> bytes:
    """Return *data* with a few pieces replaced, removed, repeated or added, or cut off."""
    pieces = [
        st.just(b""),
        st.binary(max_size=8),
        st.sampled_from([b"\x00", b"\xff" * 8, b"\x80" * 4]),
    ]
    if tokens:
        pieces.append(st.sampled_from(tokens))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        stop = min(len(data), start + draw(st.one_of(st.integers(0, 8), st.integers(0, 200))))
        copied = st.integers(0, len(data)).map(lambda at, data=data: data[at : at + 40])
        data = data[:start] + draw(st.one_of(*pieces, copied)) + data[stop:]
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 4)) == 0 else data


@st.composite
def damaged_csv(draw: st.DrawFn, text: str) -> bytes:
    """Return a CSV with cells replaced and lines removed, repeated or exchanged.

    Sometimes with damaged bytes.
    """
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.integers(0, len(rows) - 1))
        column = draw(st.integers(0, len(rows[row]) - 1)) if rows[row] else 0
        match draw(
            st.sampled_from(
                ("cell", "cell", "cell", "remove", "repeat", "exchange", "widen", "narrow")
            )
        ):
            case "cell" if rows[row]:
                rows[row][column] = draw(odd_text)
            case "remove" if len(rows) > 1:
                del rows[row]
            case "repeat":
                rows.insert(row, list(rows[row]))
            case "exchange":
                other = draw(st.integers(0, len(rows) - 1))
                rows[row], rows[other] = rows[other], rows[row]
            case "widen":
                for line in rows:
                    line.append(line[0] if line else "")
            case "narrow":
                for line in rows:
                    del line[column : column + 1]
    data = "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass") + draw(
        st.sampled_from((b"\n", b"", b"\r\n", b"\n\n"))
    )
    return draw(damaged(data)) if draw(st.integers(0, 4)) == 0 else data


@st.composite
def damaged_json(draw: st.DrawFn, value: Any) -> Any:
    """Return a JSON value with some of what it holds replaced, removed or added."""
    whole = {"": json.loads(json.dumps(value))}
    for _ in range(draw(st.integers(1, 3))):
        place, key = whole, ""
        while isinstance(place[key], dict | list) and place[key] and draw(st.integers(0, 5)):
            place = place[key]
            key = (
                draw(st.sampled_from(sorted(place)))
                if isinstance(place, dict)
                else draw(st.integers(0, len(place) - 1))
            )
        match draw(st.sampled_from(("replace", "replace", "remove", "add"))):
            case "remove" if place is not whole:
                del place[key]
            case "add" if isinstance(place[key], dict):
                place[key][draw(odd_text)] = draw(json_values)
            case _:
                place[key] = draw(json_values)
    return whole[""]


@st.composite
def damaged_json_text(draw: st.DrawFn, value: Any) -> bytes:
    """Return the text of a JSON file after :func:`damaged_json`; sometimes with damaged bytes."""
    data = json.dumps(draw(damaged_json(value))).encode()
    return draw(damaged(data)) if draw(st.integers(0, 5)) == 0 else data


def taken_or_refused(call: Callable[[], Any]) -> Any:
    """Return what a call returns, None when it refuses its input with a message.

    Anything else that it raises is a finding.
    """
    try:
        return call()
    except InputError as error:
        note(f"refused: {error}")
        return None


def status_of(main: Callable[[Sequence[str]], int], argv: Sequence[str]) -> int:
    """Return a command's exit status.

    What is unusable is one line on standard error, and nothing is a traceback.
    """
    said, shown = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(shown):
        try:
            status = main(argv)
        except SystemExit as stop:  # raised by argparse
            status = int(stop.code or 0)
    if currently_in_test_context():
        note(f"status {status}, {said.getvalue()[-300:]!r}")
    assert status in (0, 1, 2)
    assert "Traceback" not in said.getvalue()
    if status == 2:
        last = said.getvalue().splitlines()[-1]
        assert last.startswith("python -m ")
        assert said.getvalue().endswith("\n")
    return status
