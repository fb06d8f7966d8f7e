"""What an entry of the registry is. Needs no torch."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np


_NAME = re.compile(r"[a-z][a-z0-9_]*")
OptionValue = str | int
#: Ranks (architectures, components), 1 being the worst, or the scores (architectures,) made of
#: them.
Ranks: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


#: Names that stand for several proxies: every one, and those whose scores come with the harness.
#: No proxy may have them.
ALL, SHIPPED = "all", "shipped"
SEVERAL = frozenset({ALL, SHIPPED})


def is_name(text: object) -> bool:
    """Return whether a proxy can be called so."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def check_name(name: str) -> None:
    """Raise ValueError for what no proxy can be called."""
    if not is_name(name):
        raise ValueError(
            f"a proxy's name is lower-case letters, digits and underscores, not {name!r}"
        )
    if name in SEVERAL:
        raise ValueError(f"{name!r} stands for several proxies: choose another name")


@dataclass(frozen=True)
class Names:
    """The specification of an option whose value is a set of proxies, joined by ``+``, with its
    default.
    """

    default: tuple[str, ...]


@dataclass(frozen=True)
class Decimal:
    """The specification of an option whose value is a decimal number from 0 on, or a word.

    Attributes:
        default: the word, which stands for no number.
    """

    default: str


#: An option's allowed words, the first being the default; the default of a positive integer; a
#: decimal number; or a set of proxies.
OptionSpec = tuple[str, ...] | int | Decimal | Names
#: Names of passes: one or several.
Passes = str | tuple[str, ...]
#: The passes that a proxy reads, or a function from the proxy's options to them.
Reads = Passes | Callable[[Mapping[str, OptionValue]], Passes]


@dataclass(frozen=True)
class Paper:
    """Where a proxy comes from."""

    authors: str
    year: int
    link: str

    def __str__(self) -> str:
        return f"{self.authors} {self.year}"


@dataclass(frozen=True)
class Proxy:
    """One entry of the registry.

    Attributes:
        name: as users type it.
        function: from the results of the passes, and the options that they do not take by keyword,
            to a float; NaN means undefined. For an aggregate, from ranks (architectures,
            components) to scores (architectures,).
        reads: the passes, by their names in :data:`proxies.passes.PASSES`; empty for an aggregate.
        of: the components of an aggregate; empty otherwise.
        description: one line.
        paper: the source; None for a trivial baseline.
        options: name -> specification.
        refuses: returns why a combination of options makes no sense, empty when it does.
        tuned: returns which options somebody has tuned to trained networks, and what they are;
            empty when none is.
        ignores_dead_edges: whether the score is that of the network without its dead edges, which
            is then computed once for all architectures that have it.
        higher_is_better: whether a higher score predicts a higher accuracy.
        revision: changes whenever the definition does, so that stored scores of the old one are not
            reused.
        stamped: whether the revision is the checksum of a plugin's source.
    """

    name: str
    function: Callable[..., Any]
    description: str
    reads: Reads = ()
    of: tuple[str, ...] = ()
    paper: Paper | None = None
    options: Mapping[str, OptionSpec] = field(default_factory=dict)
    higher_is_better: bool = True
    revision: int = 1
    refuses: Callable[[Mapping[str, OptionValue]], str] | None = None
    ignores_dead_edges: bool = False
    tuned: Callable[[Mapping[str, OptionValue]], str] | None = None
    stamped: bool = False

    @property
    def versioned(self) -> bool:
        """Whether no other definition can come to have this name and revision, so that its scores
        may be stored. That of a function which a notebook registers can.
        """
        return self.own or self.stamped

    @property
    def own(self) -> bool:
        """Whether this package defines it, and no plugin."""
        return self.function.__module__.startswith("proxies.")

    @property
    def documentation(self) -> str:
        """The function's whole docstring."""
        return inspect.cleandoc(self.function.__doc__ or "")


def described(name: str, function: Callable[..., Any]) -> str:
    """Return the first sentence of a function's docstring; raise ValueError when it has none."""
    if not function.__doc__:
        raise ValueError(f"proxy {name!r} has no docstring: its first sentence is the description")
    return first_sentence(function.__doc__)


def first_sentence(text: str) -> str:
    """Return a docstring up to the first line that ends with a full stop, or to a blank line."""
    lines: list[str] = []
    for line in map(str.strip, text.strip().splitlines()):
        lines.append(line)
        if not line or line.endswith("."):
            break
    return " ".join(lines).strip()
