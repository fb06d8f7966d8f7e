"""BibTeX entries of the papers behind a run: of its proxies, and of its benchmark."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import benchmarks_data
import proxies
from harness.reporting.latex import escaped

PAPERS = Path(__file__).with_name("papers.bib")


def bibliography(names: Iterable[str], benchmark: str) -> str:
    """Return the entries of the papers of proxies, their components and a benchmark, each once, by
    key.

    A comment says who wants an entry. A paper that the project has no entry of, of a plugin or
    another package's benchmark, is a ``@misc`` with what is known of it.
    """
    wanted: dict[str, list[str]] = {}
    sources = {}
    for name in _with_components(names):
        paper = proxies.registered()[name].paper
        if paper:
            sources[paper.link] = (f"{paper.authors} {paper.year}", paper.link)
            wanted.setdefault(paper.link, []).append(name)
    links = getattr(benchmarks_data.get(benchmark), "paper", ())
    for link in [links] if isinstance(links, str) else links:
        sources.setdefault(link, (benchmark, link))
        wanted.setdefault(link, []).append(benchmark)
    entries = []
    for link, users in wanted.items():
        entry = entries_by_link().get(link) or _unknown(users[0], *sources[link])
        entries.append((entry.partition("{")[2], f"% {', '.join(users)}\n{entry}\n"))
    return "\n".join(text for _, text in sorted(entries))


@cache
def entries_by_link() -> dict[str, str]:
    """Return the entries that come with the project, by their url."""
    blocks = PAPERS.read_text("utf-8").strip().split("\n\n")
    entries = [block for block in blocks if block.startswith("@")]
    return {re.findall(r"^  url = \{(.*)\},$", entry, re.M)[0]: entry for entry in entries}


def _with_components(names: Iterable[str]) -> list[str]:
    """Return the registered names of proxies and of what aggregates are made of, each once."""
    known = proxies.registered()
    requests = [proxies.request(name) for name in names if name.partition("[")[0] in known]
    parts = [part for one in requests for part in (one, *one.components)]
    return list(dict.fromkeys(part.proxy.name for part in parts))


def _unknown(name: str, said: str, link: str) -> str:
    """Return an entry of a paper of which no more is known than what a registration says."""
    key = re.sub(r"[^a-z0-9]", "", name.lower())
    return (
        f"@misc{{{key}-paper,\n  title = {{{escaped(name)}}},\n"
        f"  note = {{{escaped(said)}, {escaped(link)}}},\n}}"
    )
