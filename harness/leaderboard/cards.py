"""The card of a submission, ``card.toml``: what it is, whose it is, and what it needs."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from benchmarks_data.errors import InputError, nearest
from benchmarks_data.reading import read_text

CARD = "card.toml"
#: Bytes of a card at most.
LARGEST = 2**16
#: What a score may require, as the leaderboard calls it.
Requirement = Literal["images", "labels", "gradients"]
REQUIREMENTS: tuple[str, ...] = get_args(Requirement)

#: One line of text for people.
_LINE = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*\Z"
#: Nothing but a page of the web: an address goes into a link of the leaderboard.
_LINK = r"^(none|https?://[^\s<>\"'\\\x00-\x1f\x7f-\x9f]+)\Z"


def _text(most: int, description: str) -> Any:
    return Meta(
        max_length=most, pattern=_LINE, description=f"{description}, one line of {most} characters"
    )


_ADDRESS = "an address that begins with https:// or http://, or 'none'"


class Card(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """What a submission says of itself. Each field has to be there."""

    name: Annotated[str, _text(60, "what the leaderboard calls the submission")]
    authors: Annotated[str, _text(200, "who made it")]
    paper: Annotated[str, Meta(max_length=300, pattern=_LINK, description=f"the paper: {_ADDRESS}")]
    code: Annotated[
        str, Meta(max_length=300, pattern=_LINK, description=f"the authors' code: {_ADDRESS}")
    ]
    licence: Annotated[str, _text(60, "of the files of the submission, such as 'MIT'")]
    requirements: Annotated[
        list[Requirement],
        Meta(description=f"a list of what its scores need: of {', '.join(REQUIREMENTS)}"),
    ]
    tuned_on: Annotated[
        str,
        _text(200, "the benchmarks and datasets that its constants were chosen on, or 'nothing'"),
    ]
    trained_networks: Annotated[
        int, Meta(ge=0, le=10**9, description="how many trained networks it has seen, 0 for none")
    ]


def read_card(folder: Path) -> tuple[Card | None, list[str]]:
    """Return the card in a folder, None where it is not usable, and a line for each fault of it.

    Raises:
        InputError: the file cannot be read, or is no TOML.
    """
    path = folder / CARD
    try:
        given = tomllib.loads(read_text(path, LARGEST))
    except OSError as error:
        raise InputError(f"cannot read the card {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no TOML: {error}") from error
    faults = _faults(given)
    return (None if faults else msgspec.convert(given, Card)), faults


def descriptions() -> dict[str, str]:
    """Return what each field of a card holds, in words."""
    return {
        one.name: next(meta.description or "" for meta in one.type.__metadata__)
        for one in msgspec.structs.fields(Card)
    }


def _faults(given: dict[str, Any]) -> list[str]:
    """Return a line for each field that is absent, unknown or holds something else."""
    expected = descriptions()
    unknown = [
        f"{CARD}: unknown field {name[:60]!r}{nearest(name, expected)}"
        for name in given
        if name not in expected
    ]
    lines = []
    for field in msgspec.structs.fields(Card):
        if field.name not in given:
            lines.append(f"{CARD}: {field.name} is missing: {expected[field.name]}")
        elif not _holds(given[field.name], field.type):
            shown = repr(given[field.name])
            short = shown if len(shown) <= 60 else f"{shown[:57]}..."
            lines.append(f"{CARD}: {field.name} = {short}: expected {expected[field.name]}")
    requirements = given.get("requirements")
    if not lines and len(set(requirements or ())) < len(requirements or ()):
        lines.append(f"{CARD}: requirements names one twice")
    return unknown + lines


def _holds(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
