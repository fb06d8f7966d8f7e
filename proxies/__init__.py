"""The registry of training-free proxies.

A proxy is a function from the result of a shared pass (:mod:`proxies.passes`) to a number. Registering one is a decorator::

    @proxy("synflow", reads="synaptic_flow", needs={"weights"}, paper="Tanaka et al. 2020", link="https://arxiv.org/abs/2006.05467")
    def synflow(flow: SynapticFlow) -> float:
        \"\"\"Sum of |theta * dR/dtheta|, as a logarithm.\"\"\"

Users name a proxy with its options: ``zeros``, ``zeros[aggregate=min]``. Listing the registry does not import torch.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from benchmarks_data.errors import InputError, unknown

#: What a score may depend on besides the architecture: weights drawn from the seed, a batch of images, their labels.
NEEDS = frozenset({"weights", "images", "labels"})
#: Always reported beside the proxies that were asked for.
TRIVIAL_BASELINES = ("params", "flops", "live_params", "live_convs")

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REQUEST = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<options>[^\[\]]*)\])?")

OptionValue = str | int
#: An option's allowed words, the first being the default, or the default of a positive integer.
OptionSpec = tuple[str, ...] | int


@dataclass(frozen=True)
class Proxy:
    """One entry of the registry.

    Attributes:
        name: as users type it.
        function: from the pass's result, and the options by keyword, to a float. NaN means undefined.
        reads: the name of the pass in :mod:`proxies.passes`.
        needs: what the score depends on besides the architecture (a subset of NEEDS); the empty set is deterministic.
        options: name -> allowed words, the first being the default, or the default of a positive integer.
        pass_options: the options that the pass takes instead of the function.
        higher_is_better: whether a higher score predicts a higher accuracy.
        revision: raised whenever the definition changes, so that stored scores of the old one are not reused.
    """

    name: str
    function: Callable[..., float]
    reads: str
    description: str
    paper: str = ""
    link: str = ""
    needs: frozenset[str] = frozenset()
    options: Mapping[str, OptionSpec] = field(default_factory=dict)
    pass_options: frozenset[str] = frozenset()
    higher_is_better: bool = True
    revision: int = 1


@dataclass(frozen=True)
class Request:
    """A proxy with its options settled. Two requests with the same ``name`` are the same score."""

    proxy: Proxy
    options: tuple[tuple[str, OptionValue], ...]

    @property
    def name(self) -> str:
        """The canonical name: options that differ from their defaults, in the order of the registry."""
        changed = [f"{key}={value}" for key, value in self.options if value != _default(self.proxy.options[key])]
        return f"{self.proxy.name}[{','.join(changed)}]" if changed else self.proxy.name

    @property
    def reading(self) -> tuple[str, tuple[tuple[str, OptionValue], ...]]:
        """The pass and the options that it takes: requests with an equal reading share one run of the pass."""
        return self.proxy.reads, tuple(item for item in self.options if item[0] in self.proxy.pass_options)

    def score(self, result: Any) -> float:
        """Return the score for the *result* of the pass that this proxy reads."""
        return self.proxy.function(result, **{k: v for k, v in self.options if k not in self.proxy.pass_options})


_registry: dict[str, Proxy] = {}


def proxy(
    name: str,
    *,
    reads: str,
    needs: Iterable[str] = (),
    paper: str = "",
    link: str = "",
    options: Mapping[str, OptionSpec] | None = None,
    pass_options: Iterable[str] = (),
    higher_is_better: bool = True,
    revision: int = 1,
) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """Register the decorated function as a proxy; its docstring's first line becomes the description.

    Raises:
        ValueError: the name is taken or malformed, the docstring is missing, or a need or pass option is unknown.
    """

    def register(function: Callable[..., float]) -> Callable[..., float]:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a proxy's name is lower-case letters, digits and underscores, not {name!r}")
        if name in _registry:
            raise ValueError(f"a proxy named {name!r} is already registered, by {_registry[name].function.__module__}")
        if not function.__doc__:
            raise ValueError(f"proxy {name!r} has no docstring: its first line is the description")
        if excess := set(needs) - NEEDS:
            raise ValueError(f"proxy {name!r} needs {sorted(excess)}: choose among {sorted(NEEDS)}")
        if excess := set(pass_options) - set(options or {}):
            raise ValueError(f"proxy {name!r} has pass options {sorted(excess)} that are not among its options")
        _registry[name] = Proxy(
            name=name,
            function=function,
            reads=reads,
            description=function.__doc__.strip().splitlines()[0],
            paper=paper,
            link=link,
            needs=frozenset(needs),
            options=dict(options or {}),
            pass_options=frozenset(pass_options),
            higher_is_better=higher_is_better,
            revision=revision,
        )
        return function

    return register


@lru_cache(maxsize=1)
def _load() -> None:
    """Import every module of this package, each of which registers its proxies."""
    for module in pkgutil.iter_modules(__path__):
        if module.name != "passes":
            importlib.import_module(f"{__name__}.{module.name}")


def registered() -> dict[str, Proxy]:
    """Return all proxies by name."""
    _load()
    return dict(sorted(_registry.items()))


def request(text: str) -> Request:
    """Return the request that a user's *text* stands for, such as ``zeros[aggregate=min]``.

    Raises:
        InputError: the proxy, an option or a value is unknown, or the text is malformed.
    """
    parts = _REQUEST.fullmatch(text.strip())
    if parts is None:
        raise InputError(f"malformed proxy {text!r}: expected name or name[option=value,option=value]")
    entries = registered()
    name = parts["name"].strip()
    if name not in entries:
        raise unknown("proxy", name, entries)
    entry = entries[name]
    given: dict[str, OptionValue] = {}
    for item in filter(None, (parts["options"] or "").split(",")):
        key, equals, value = (piece.strip() for piece in item.partition("="))
        if not equals:
            raise InputError(f"malformed option {item!r} of proxy {name!r}: expected option=value")
        if key not in entry.options:
            raise unknown(f"option of proxy {name!r}:", key, entry.options)
        if key in given:
            raise InputError(f"option {key!r} of proxy {name!r} is given twice")
        given[key] = _value(name, key, value, entry.options[key])
    return Request(entry, tuple((key, given.get(key, _default(spec))) for key, spec in entry.options.items()))


def _default(spec: OptionSpec) -> OptionValue:
    return spec if isinstance(spec, int) else spec[0]


def _value(name: str, key: str, text: str, spec: OptionSpec) -> OptionValue:
    if isinstance(spec, int):
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            raise InputError(f"option {key!r} of proxy {name!r} must be a positive whole number, not {text!r}")
        return int(text)
    if text not in spec:
        raise unknown(f"value of option {key!r} of proxy {name!r}:", text, spec)
    return text
