"""What a call in Python brings that is registered nowhere: functions, and a benchmark."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import benchmarks_data
import proxies
from benchmarks_data.benchmark import Benchmark, absent_parts
from benchmarks_data.errors import InputError
from harness.scoring.portions import way_of
from proxies.entries import SEVERAL, Proxy, first_sentence, is_name
from proxies.registry import isolated

#: A proxy's name with its options, or a function that computes one.
GivenProxy = str | Callable[..., float]


@dataclass(frozen=True)
class Brought:
    """What a call knows that others do not: proxies, and a benchmark if it is the caller's."""

    entries: tuple[Proxy, ...] = ()
    benchmark: Benchmark | None = None

    def __bool__(self) -> bool:
        """Return whether there is anything."""
        return bool(self.entries) or self.benchmark is not None

    @contextmanager
    def known(self) -> Iterator[None]:
        """Have all of it registered inside, and nothing afterwards."""
        if not self:
            yield
            return
        with ExitStack() as stack:
            stack.enter_context(isolated(self.entries))
            if self.benchmark is not None:
                stack.enter_context(benchmarks_data.isolated(self.benchmark))
            stack.callback(way_of.cache_clear)  # it knows proxies and benchmarks by their names
            way_of.cache_clear()
            yield


def named_proxies(given: GivenProxy | Iterable[GivenProxy]) -> tuple[list[str], list[Proxy]]:
    """Return the names of what was given, and the entries of functions that are not registered.

    Raises:
        InputError: something is neither a name nor a function that can be a proxy.
    """
    listed: Any = [given] if isinstance(given, str) or callable(given) else given
    if not isinstance(listed, Iterable):
        raise InputError(f"proxies: expected names or functions, not {given!r}")
    names: list[str] = []
    entries: dict[str, Proxy] = {}
    for one in listed:
        if isinstance(one, str):
            names.append(one)
        elif registered := _registered(one):
            names += registered
        else:
            entry = _entry_of(one)
            if entries.setdefault(entry.name, entry) is not entry:
                raise InputError(f"proxies: two functions are called {entry.name}: rename one")
            names.append(entry.name)
    if not names:
        raise InputError("proxies: the list is empty: name a proxy, or give a function")
    return names, list(entries.values())


def _registered(function: Any) -> list[str]:
    """Return the names under which a decorated function is registered."""
    return [name for name, one in proxies.registered().items() if one.function is function]


def _entry_of(function: Any) -> Proxy:
    """Return the entry of a function of the network and its inputs, called as the function is."""
    if not callable(function):
        raise InputError(f"proxies: expected names or functions, not {function!r}")
    name = getattr(function, "__name__", "")
    if not is_name(name):
        raise InputError(
            f"proxies: the function {name or repr(function)} cannot be a proxy by that name: "
            "define it with a name of lower-case letters, digits and underscores"
        )
    if name in {*proxies.registered(), *SEVERAL}:
        raise InputError(f"proxies: there is another proxy called {name}: rename the function")
    try:
        inspect.signature(function).bind(None, None)
    except (TypeError, ValueError):
        raise InputError(
            f"proxies: the function {name} does not take (network, inputs): change it, or "
            "decorate it with @proxy and say what it reads"
        ) from None

    def of_network(handed: tuple[Any, Any]) -> Any:
        return function(*handed)

    of_network.__doc__ = function.__doc__ or f"The function {name} of the network."
    return Proxy(name, of_network, first_sentence(of_network.__doc__), reads="network")


def benchmark_of(given: Any, *, table: bool) -> tuple[str, Benchmark | None]:
    """Return the name of a benchmark, and the benchmark itself where it is the caller's.

    Args:
        given: a name, or an object.
        table: whether its own table is needed.

    Raises:
        InputError: it is no benchmark, or has the name of another one.
    """
    if isinstance(given, str):
        return given, None
    if absent := absent_parts(given, table=table):
        raise InputError(
            f"benchmark: {type(given).__name__} lacks {', '.join(absent)}: give a name, or an "
            "object as benchmarks_data.benchmark.Benchmark describes it"
        )
    name = given.name
    if not is_name(name):
        raise InputError(
            f"benchmark: its name {name!r} must be lower-case letters, digits and underscores"
        )
    if name in benchmarks_data.names():
        if benchmarks_data.get(name) is given:
            return name, None
        raise InputError(f"benchmark: there is another one called {name}: give yours a new name")
    if not given.datasets:
        raise InputError(f"benchmark: {name} has no dataset: name at least one")
    return name, given
