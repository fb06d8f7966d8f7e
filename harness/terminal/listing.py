"""What ``--list`` and ``--describe`` print."""

from __future__ import annotations

from typing import Any

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from harness.terminal.console import folded
from proxies.entries import Decimal, Names, OptionSpec
from proxies.passes import FREE, PASSES


def listing() -> str:
    """Return one line for each proxy and benchmark."""
    entries = proxies.registered()
    width = max(map(len, entries))
    lines = ["Proxies (more with --describe NAME):"]
    for name, entry in entries.items():
        request = proxies.request(name)
        known = proxy_record(request)
        source = f"{entry.paper}, {entry.paper.link}" if entry.paper else _without_paper(entry)
        needs = f"needs {', '.join(known['needs'])}" if known["needs"] else "deterministic"
        indent = width + 4
        lines.append(folded(f"  {name:<{width}}  {entry.description}", indent))
        options = f"; options {', '.join(entry.options)}" if entry.options else ""
        alone = "; of transformers alone" if request.of_transformers else ""
        said = f"{source}; {_direction(entry)}; {needs}; {known['cost']}{alone}{options}"
        lines.append(folded(f"{'':<{indent}}{said}", indent))
    lines.append("Benchmarks:")
    lines += [
        folded(f"  {name:<{width}}  {_benchmark(name)}", width + 4)
        for name in benchmarks_data.names()
    ]
    return "\n".join(lines)


def _benchmark(name: str) -> str:
    try:
        return benchmarks_data.get(name).description
    except InputError as error:  # one of another package, which costs itself alone
        return str(error)


def proxy_description(text: str) -> str:
    """Return all that is known about a proxy; raise InputError when it is unknown."""
    request = proxies.request(text)
    entry = request.proxy
    known = proxy_record(request)
    rows = {
        "paper": f"{entry.paper}, {entry.paper.link}"
        if entry.paper
        else f"none: {_without_paper(entry)}",
        "direction": _direction(entry),
        "needs": _needs(request),
        "cost": known["cost"],
        "reads": ", ".join(known["reads"]),
        "combines": ", ".join(known["combines"]),
        "options": "; ".join(f"{key}={_values(spec)}" for key, spec in entry.options.items()),
    }
    table = "\n".join(folded(f"  {key:<9}  {value}", 13) for key, value in rows.items() if value)
    return f"{request.name}\n{table}\n\n{entry.documentation}"


def proxy_record(request: proxies.Request) -> dict[str, Any]:
    """Return what is known about a proxy with its options, as plain values."""
    entry = request.proxy
    costs = [
        PASSES[name].cost
        for name, _ in request.readings
        if PASSES[name].cost != FREE or len(request.readings) == 1
    ]
    return {
        "name": request.name,
        "description": entry.description,
        "paper": str(entry.paper) if entry.paper else None,
        "link": entry.paper.link if entry.paper else None,
        "higher_is_better": entry.higher_is_better,
        "needs": sorted(request.needs),
        "deterministic": not request.needs,
        "cost": "; ".join(dict.fromkeys(costs)) or "that of its components",
        "reads": [name for name, _ in request.readings],
        "combines": [one.name for one in request.components],
        "options": dict(request.options),
    }


def _without_paper(entry: proxies.Proxy) -> str:
    return (
        "trivial baseline"
        if entry.name in proxies.BASELINES
        else "of a plugin, which names no paper"
    )


def _direction(entry: proxies.Proxy) -> str:
    return "higher is better" if entry.higher_is_better else "lower is better"


def _needs(request: proxies.Request) -> str:
    return ", ".join(sorted(request.needs)) or "deterministic"


def _values(spec: OptionSpec) -> str:
    if isinstance(spec, Names):
        return "+".join(spec.default) + " (any proxies)"
    if isinstance(spec, Decimal):
        return f"{spec.default} (or a decimal number)"
    return f"{spec} (a positive whole number)" if isinstance(spec, int) else "|".join(spec)
