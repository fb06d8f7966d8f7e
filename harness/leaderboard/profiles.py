"""What is known of a score beside its numbers: what it computes and needs, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import proxies
from harness.files.shipped import shipped
from harness.files.whole import read_csv
from harness.leaderboard.cards import REQUIREMENTS, Card
from harness.reporting.citations import entries_by_link
from harness.reporting.tuned import tuned_sentences
from proxies.passes import PASSES

#: The authors' code: proxy, repository, and the commit that values of ours are compared with, blank
#: where they are with none.
CODE = Path("reports/published/code.csv")
BASELINE, PROXY, AGGREGATE = "trivial baseline", "training-free", "combines others"
FITTED, TUNED = "fitted to trained networks", "tuned prior"


@dataclass(frozen=True)
class Link:
    """An address and what it is called."""

    text: str
    address: str


@dataclass(frozen=True)
class Profile:
    """A score in words.

    Attributes:
        name: with its options.
        kind: BASELINE, PROXY, AGGREGATE, FITTED, or TUNED, with options that somebody has tuned to
            trained networks.
        summary: what it computes, in a line.
        explanation: more of it, in paragraphs.
        needs: those of REQUIREMENTS that it needs, and of its components.
        cost: what its passes do.
        trained: how many trained networks it has seen.
        paper: its authors' names and year, with the address; None for a trivial baseline.
        title: of the paper; empty where it is not known.
        code: that of its authors, or another that its values are compared with.
        module: the file of this project that defines it; empty for a plugin's.
        handed_in: whether its scores were only handed in, and not computed here.
    """

    name: str
    kind: str
    summary: str
    explanation: tuple[str, ...]
    needs: tuple[str, ...]
    cost: str
    trained: int = 0
    paper: Link | None = None
    title: str = ""
    code: tuple[Link, ...] = ()
    module: str = ""
    handed_in: bool = False

    @property
    def anchor(self) -> str:
        """The name of its section in the page's address."""
        return f"proxy-{re.sub(r'[^a-z0-9_.]+', '-', self.name).strip('-')}"


def profile(name: str) -> Profile:
    """Return what the registry knows of a proxy, with what its paper's entry and CODE say.

    Raises:
        InputError: the proxy is unknown.
    """
    request = proxies.request(name)
    entry = request.proxy
    parts = proxies.expand([request])
    return Profile(
        name=request.name,
        kind=_kind(request),
        summary=entry.description,
        explanation=(*tuned_sentences([name]), *_more_than(entry.description, entry.documentation)),
        needs=_needs(parts),
        cost="; ".join(_costs(parts)),
        paper=Link(str(entry.paper), entry.paper.link) if entry.paper else None,
        title=_title(entry.paper.link) if entry.paper else "",
        code=tuple(_code().get(entry.name, ())) if entry.own else (),
        module=f"{entry.function.__module__.replace('.', '/')}.py" if entry.own else "",
    )


def handed_in_profile(name: str, card: Card) -> Profile:
    """Return what the card of a submission says of its proxy."""
    return Profile(
        name,
        FITTED if card.trained_networks else PROXY,
        f"{card.name}, by {card.authors}",
        (f"Tuned on: {card.tuned_on}.", f"Licence: {card.licence}."),
        tuple(need for need in REQUIREMENTS if need in card.requirements),
        "",
        card.trained_networks,
        None if card.paper == "none" else Link(card.authors, card.paper),
        code=() if card.code == "none" else (Link("code", card.code),),
        handed_in=True,
    )


def _kind(request: proxies.Request) -> str:
    if request.proxy.name in proxies.BASELINES:
        return BASELINE
    if request.tuned:
        return TUNED
    return AGGREGATE if request.components else PROXY


def _needs(parts: Iterable[proxies.Request]) -> tuple[str, ...]:
    passes = [PASSES[name] for one in parts for name, _ in one.readings]
    known = frozenset[str]().union(*(one.needs for one in passes))
    if any(one.gradients for one in passes):
        known |= {"gradients"}
    return tuple(need for need in REQUIREMENTS if need in known)


def _costs(parts: Iterable[proxies.Request]) -> list[str]:
    return list(dict.fromkeys(PASSES[name].cost for one in parts for name, _ in one.readings))


def _more_than(summary: str, text: str) -> list[str]:
    """Return the paragraphs of a docstring, each on one line, but for one that is the *summary*."""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return [part for part in paragraphs if part not in ("", summary)]


def _title(link: str) -> str:
    """Return the title of a paper that the project has an entry of, without BibTeX's braces."""
    stated = re.search(r"^  title = \{(.*)\},$", entries_by_link().get(link, ""), re.M)
    return re.sub(r"[{}]", "", stated[1]) if stated else ""


@cache
def _code() -> dict[str, list[Link]]:
    rows = read_csv(shipped(CODE), ["proxy", "repository", "commit"])
    links: dict[str, list[Link]] = {}
    for proxy, repository, commit in rows.fillna("").itertuples(index=False):
        address = f"https://github.com/{repository}" + (f"/tree/{commit}" if commit else "")
        links.setdefault(proxy, []).append(Link(repository.partition("/")[2], address))
    return links
