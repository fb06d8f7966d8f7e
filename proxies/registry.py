"""What is registered: proxies, aggregates of proxies, and plugins. Needs no torch."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import sys
import traceback
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any

import benchmarks_data
from benchmarks_data.errors import InputError
from benchmarks_data.plugged import PLUGGED
from benchmarks_data.reading import read_bytes
from proxies.entries import (
    Names,
    OptionSpec,
    OptionValue,
    Paper,
    Proxy,
    Reads,
    check_name,
    described,
)
from proxies.passes import PASSES

ENTRY_POINTS = "zeros_harness.proxies"
_registry: dict[str, Proxy] = {}
_problems: list[str] = []


def proxy(
    name: str,
    *,
    reads: Reads,
    paper: Paper | None = None,
    options: Mapping[str, OptionSpec] | None = None,
    higher_is_better: bool = True,
    revision: int = 1,
    refuses: Callable[[Mapping[str, OptionValue]], str] | None = None,
    ignores_dead_edges: bool = False,
    tuned: Callable[[Mapping[str, OptionValue]], str] | None = None,
) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """Register the decorated function as a proxy.

    Its docstring's first sentence becomes the description.

    Raises:
        ValueError: the name is taken or malformed, the docstring is missing, or a pass is unknown.
    """
    named = () if callable(reads) else (reads,) if isinstance(reads, str) else reads
    if absent := set(named) - set(PASSES):
        raise ValueError(
            f"proxy {name!r} reads {', '.join(sorted(absent))}: available passes: "
            f"{', '.join(PASSES)}"
        )

    def register(function: Callable[..., float]) -> Callable[..., float]:
        description, taken = described(name, function), dict(options or {})
        flags = higher_is_better, revision, refuses, ignores_dead_edges, tuned
        _add(Proxy(name, function, description, reads, (), paper, taken, *flags))
        return function

    return register


def aggregate(
    name: str,
    *,
    of: tuple[str, ...],
    open: bool = False,
    options: Mapping[str, OptionSpec] | None = None,
    paper: Paper | None = None,
    revision: int = 1,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function as an aggregate of the ranks of other proxies, which is
    computed when reporting.

    The function takes ranks of shape (architectures, components), 1 being the worst, and returns
    scores (architectures,). With *open* users may choose the components, ``name[of=one+other]``,
    whose ranks then come in alphabetical order: what the function makes of them should not depend
    on it. *options* are handed to the components that have them.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        taken: dict[str, OptionSpec] = {**({"of": Names(of)} if open else {}), **(options or {})}
        _add(
            Proxy(
                name,
                function,
                described(name, function),
                (),
                of,
                paper,
                taken,
                revision=revision,
            )
        )
        return function

    return register


class _Taken(ValueError):
    """A plugin's name for a proxy is that of another plugin."""


def _add(entry: Proxy) -> None:
    check_name(entry.name)
    other = _registry.get(entry.name)
    if other is not None and not _anew(entry.function, other.function):
        kind = ValueError if other.own or entry.own else _Taken
        raise kind(
            f"a proxy named {entry.name!r} is already registered, by "
            f"{inspect.getfile(other.function)}"
        )
    _registry[entry.name] = entry


def _anew(function: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Return whether a cell of a notebook that has defined *other* was run again."""
    module, name = function.__module__, function.__qualname__
    return module == "__main__" and (module, name) == (other.__module__, other.__qualname__)


def registered() -> dict[str, Proxy]:
    """Return all proxies by name."""
    _load()
    return dict(sorted(_registry.items()))


def problems() -> list[str]:
    """Return one line for each plugin that could not be loaded."""
    _load()
    return list(_problems)


@lru_cache(maxsize=1)
def _load() -> None:
    """Import every module of this package, each of which registers its proxies, then the plugins
    that are installed.
    """
    package = importlib.import_module("proxies")
    for module in pkgutil.iter_modules(package.__path__):
        if not module.ispkg:
            _import_own(f"proxies.{module.name}")
    for point in metadata.entry_points(group=ENTRY_POINTS):
        _attempt(f"plugin {point.value}", partial(_load_entry_point, point))


def _import_own(name: str) -> None:
    """Import a module of this package.

    Raise InputError, with the place, for one that somebody is still writing.
    """
    try:
        importlib.import_module(name)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = (
            "" if isinstance(error, SyntaxError) else f" ({frame.filename}, line {frame.lineno})"
        )
        raise InputError(f"{name} cannot be loaded: {_reason(error)}{place}") from error


def _load_entry_point(point: metadata.EntryPoint) -> None:
    """Import an installed plugin.

    Stored scores belong to the version of its module's source, or of its package.
    """
    before = set(_registry)
    point.load()
    spec = importlib.util.find_spec(point.module)
    try:
        source = Path(str(spec.origin)).read_bytes() if spec else b""
    except OSError:  # inside an archive
        source = (point.dist.version if point.dist else "").encode()
    _stamp(set(_registry) - before, zlib.crc32(source))


_plugins: dict[Path, int] = {}


def load_plugin(path: Path, checksum: int | None = None) -> int:
    """Run a Python file that registers proxies or defines a ``BENCHMARK``, unless it has been run
    before, and return its checksum.

    Stored scores belong to one version of the file.

    Raises:
        InputError: the file cannot be loaded, and then registers nothing; or *checksum* is given,
            and the file has another.
    """
    _load()
    if path not in _plugins:
        try:
            source = read_bytes(path)
            with _whole_or_nothing():
                _execute_plugin(path, source)
        except (Exception, SystemExit) as error:  # foreign code may raise anything
            reason = (
                error.strerror if isinstance(error, OSError) and error.strerror else _reason(error)
            )
            raise InputError(f"--plugin {path} cannot be loaded: {reason}") from error
        _plugins[path] = zlib.crc32(source)
    if checksum not in (None, _plugins[path]):
        raise InputError(f"plugin {path} has changed since the run began: run again")
    return _plugins[path]


def _execute_plugin(path: Path, source: bytes) -> None:
    spec = importlib.util.spec_from_file_location(
        f"zeros_harness_plugin_{zlib.crc32(source)}", path
    )
    if spec is None or spec.loader is None:
        raise ImportError("not a Python file")
    before = set(_registry)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # as for any import: dataclasses look their module up there
    # Not what the file holds by now, but what the checksum is of.
    exec(compile(source, path, "exec"), module.__dict__)
    new, checksum = set(_registry) - before, zlib.crc32(source)
    benchmark = module.__dict__.get("BENCHMARK")
    if not (benchmark is not None and benchmarks_data.plug(benchmark, path, checksum)) and not new:
        raise ImportError("it registers no proxy and defines no BENCHMARK of its own")
    _stamp(new, checksum)


def _stamp(names: set[str], revision: int) -> None:
    for name in names:
        _registry[name] = replace(_registry[name], revision=revision, stamped=True)


def _attempt(what: str, load: Callable[[], object]) -> None:
    try:
        with _whole_or_nothing():
            load()
    except _Taken as error:  # which of the two came first is chance
        raise InputError(
            f"{what}: {error}: two plugins cannot share a name, uninstall one"
        ) from error
    except (Exception, SystemExit) as error:  # foreign code may raise anything
        _problems.append(f"{what} is left out: {_reason(error)}")


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


@contextmanager
def _whole_or_nothing() -> Iterator[None]:
    """Take back what a plugin has registered when it fails, or combines unknown proxies."""
    before, benchmarks = dict(_registry), dict(PLUGGED)
    try:
        yield
        for entry in _registry.values():
            if absent := set(entry.of) - set(_registry):
                raise ValueError(
                    f"aggregate {entry.name!r} combines unknown proxies: "
                    f"{', '.join(sorted(absent))}"
                )
    except BaseException:
        _set(_registry, before)
        _set(PLUGGED, benchmarks)
        raise


def _set(known: dict[Any, Any], entries: Mapping[Any, Any]) -> None:
    known.clear()
    known.update(entries)


@contextmanager
def isolated(entries: Iterable[Proxy] = ()) -> Iterator[None]:
    """Have *entries* inside, in place of others of their names, and forget at the end what is
    registered there: for tests, and for what a call brings.

    Installed plugins are looked for anew, inside and afterwards.
    """
    _load()
    before, plugins, benchmarks = dict(_registry), dict(_plugins), dict(PLUGGED)
    _look_again()
    _registry.update({entry.name: entry for entry in entries})
    try:
        yield
    finally:
        _set(_registry, before)
        _set(_plugins, plugins)
        _set(PLUGGED, benchmarks)
        _look_again()


def _look_again() -> None:
    _problems.clear()
    _load.cache_clear()
