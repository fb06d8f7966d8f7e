"""What users ask for: a proxy with its options, such as ``zeros[aggregate=min]`` or
``vote[of=synflow+jacov]``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from benchmarks_data.errors import InputError, unknown
from proxies.entries import Decimal, Names, OptionSpec, OptionValue, Proxy
from proxies.passes import PASSES
from proxies.registry import registered

_REQUEST = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<options>[^\[\]]*)\])?")
#: A decimal number, without the zeros around it.
_DECIMAL = re.compile(r"(?=[0-9])0*(?P<whole>[0-9]{0,9})(?:\.(?P<part>[0-9]{1,9}))?")
Options = tuple[tuple[str, OptionValue], ...]
#: A pass and the options that it takes: requests with an equal reading share one run of the pass.
Reading = tuple[str, Options]


@dataclass(frozen=True)
class Request:
    """A proxy with its options settled. Two requests with the same ``name`` are the same score."""

    proxy: Proxy
    options: Options

    @property
    def name(self) -> str:
        """The canonical name: options that differ from their defaults, in the order of the
        registry.
        """
        changed = [
            f"{key}={value}"
            for key, value in self.options
            if value != default(self.proxy.options[key])
        ]
        return f"{self.proxy.name}[{','.join(changed)}]" if changed else self.proxy.name

    @property
    def components(self) -> list[Request]:
        """The requests whose ranks an aggregate combines, with the aggregate's options.

        Empty for a proxy.
        """
        own = dict(self.options)
        chosen = own.get("of", "+".join(self.proxy.of)) if self.proxy.of else ""
        parts = [request(name) for name in str(chosen).split("+") if name]
        return [
            replace(one, options=tuple((key, own.get(key, value)) for key, value in one.options))
            for one in parts
        ]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The passes that a proxy reads, with the options that each takes.

        Empty for an aggregate.
        """
        reads = self.proxy.reads
        known = reads(dict(self.options)) if callable(reads) else reads
        names = (known,) if isinstance(known, str) else known
        return tuple(
            (name, tuple(item for item in self.options if item[0] in PASSES[name].options))
            for name in names
        )

    @property
    def needs(self) -> frozenset[str]:
        """What the score depends on besides the architecture, among :data:`proxies.passes.NEEDS`.

        Nothing means deterministic.
        """
        return frozenset().union(
            *(PASSES[name].needs for name, _ in self.readings),
            *(one.needs for one in self.components),
        )

    @property
    def logits(self) -> bool:
        """Whether the score depends on the classifier, and through it on the number of classes."""
        return any(PASSES[name].logits for name, _ in self.readings) or any(
            one.logits for one in self.components
        )

    @property
    def bfloat16(self) -> bool:
        """Whether the passes that it reads, or those of a component, may be in bfloat16.

        Never those of a plugin's proxy, whose order there nobody has measured.
        """
        return any(one.bfloat16 for one in self.components) or (
            self.proxy.own
            and bool(self.readings)
            and all(PASSES[name].bfloat16 for name, _ in self.readings)
        )

    @property
    def of_transformers(self) -> bool:
        """Whether the score is of transformers alone."""
        return any(PASSES[name].transformers for name, _ in self.readings) or any(
            one.of_transformers for one in self.components
        )

    @property
    def tuned(self) -> str:
        """Which of its options, or of a component's, somebody has tuned to trained networks; empty
        for a score that is free of these.
        """
        own = self.proxy.tuned(dict(self.options)) if self.proxy.tuned else ""
        return own or next(filter(None, (one.tuned for one in self.components)), "")

    def score(self, *results: Any) -> Any:
        """Return what the proxy's function makes of its readings' *results*, in their order."""
        taken = {key for _, options in self.readings for key, _ in options} | {"of"}
        return self.proxy.function(
            *results, **{key: value for key, value in self.options if key not in taken}
        )


def request(text: str) -> Request:
    """Return the request that a user's *text* stands for.

    Raises:
        InputError: the proxy, an option or a value is unknown, or the text is malformed.
    """
    parts = _REQUEST.fullmatch(text.strip())
    if parts is None:
        raise InputError(
            f"malformed proxy {text!r}: expected name or name[option=value,option=value]"
        )
    entries = registered()
    name = parts["name"].strip()
    if name not in entries:
        if "," in text:
            raise InputError(
                f"unknown proxy {text!r}: several proxies are separated by spaces, not commas"
            )
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
    settled = Request(
        entry, tuple((key, given.get(key, default(spec))) for key, spec in entry.options.items())
    )
    if entry.refuses and (reason := entry.refuses(dict(settled.options))):
        raise InputError(f"proxy {text.strip()!r}: {reason}")
    _check_pass_options(settled, given)
    return settled


def with_batch(text: str, batch: int) -> Request:
    """Return what *text* stands for, with *batch* images where it reads a batch and names none.

    Raises:
        InputError: as `request`, and when a pass takes no batch as large.
    """
    one = request(text)
    reads = any("batch" in dict(options) for _, options in one.readings)
    if not reads or re.search(r"[\[,]\s*batch\s*=", text):
        return one
    options = tuple((key, batch if key == "batch" else value) for key, value in one.options)
    return request(replace(one, options=options).name)


def _check_pass_options(settled: Request, given: Iterable[str]) -> None:
    """Refuse an option that is some pass's, but of none that this request reads, and a batch larger
    than a pass takes.
    """
    name, taken = settled.proxy.name, {key for _, options in settled.readings for key, _ in options}
    for key in given:
        if (
            key not in taken
            and not _takes(settled.proxy, key)
            and any(key in one.options for one in PASSES.values())
        ):
            raise InputError(
                f"option {key!r} of proxy {name!r} has no effect on {settled.name}, which takes "
                "none: leave it out"
            )
    for reading, options in settled.readings:
        largest, batch = PASSES[reading].largest_batch, int(dict(options).get("batch", 0))
        if largest is not None and batch > largest:
            raise InputError(
                f"option 'batch' of proxy {name!r} must be at most {largest}, not {batch}"
            )


def _takes(proxy: Proxy, key: str) -> bool:
    """Return whether a proxy's function makes something of an option.

    Its parameter, or one of a plugin's ``**options``.

    A ``**`` of this package's own functions only swallows what passes and components take.
    """
    parameters = inspect.signature(proxy.function).parameters
    return key in parameters or (
        not proxy.own and any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    )


def default(spec: OptionSpec) -> OptionValue:
    """Return the default of an option."""
    if isinstance(spec, Names):
        return "+".join(spec.default)
    if isinstance(spec, Decimal):
        return spec.default
    return spec if isinstance(spec, int) else spec[0]


def _value(name: str, key: str, text: str, spec: OptionSpec) -> OptionValue:
    if isinstance(spec, Names):
        return _components(name, text, spec)
    if isinstance(spec, Decimal):
        return spec.default if text == spec.default else _decimal(name, key, text)
    if isinstance(spec, int):
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
            raise InputError(
                f"option {key!r} of proxy {name!r} must be a positive whole number, not {text!r}"
            )
        return int(text)
    if text not in spec:
        raise unknown(f"value of option {key!r} of proxy {name!r}:", text, spec)
    return text


def _decimal(name: str, key: str, text: str) -> str:
    """Return a decimal number as it is written, so that one number has one name."""
    parts = _DECIMAL.fullmatch(text)
    if parts is None:
        raise InputError(
            f"option {key!r} of proxy {name!r} must be a decimal number from 0 on, such as 0.6, "
            f"not {text!r}"
        )
    return f"{parts['whole'] or '0'}.{parts['part'] or ''}".rstrip("0").rstrip(".")


def _components(name: str, text: str, spec: Names) -> str:
    """Return a set of proxies as it is written.

    The default in its own order, any other in the alphabet's.
    """
    entries = registered()
    names = [piece.strip() for piece in text.split("+")]
    for piece in names:
        if piece not in entries or entries[piece].of:
            raise unknown(
                f"proxy in option 'of' of {name!r}:",
                piece,
                (key for key, entry in entries.items() if not entry.of),
            )
    if len(set(names)) != len(names):
        raise InputError(f"option 'of' of proxy {name!r} names a proxy twice: {text}")
    return "+".join(spec.default if set(names) == set(spec.default) else sorted(names))


def expand(requests: Iterable[Request]) -> list[Request]:
    """Return the requests that have to be scored for *requests*.

    Aggregates replaced by their components, each once.
    """
    parts: dict[str, Request] = {}
    for one in requests:
        for part in one.components or [one]:
            parts.setdefault(part.name, part)
    return list(parts.values())


def direction(proxy: str) -> float:
    """Return 1 for a proxy whose higher scores predict higher accuracies, -1 for the others."""
    return 1.0 if request(proxy).proxy.higher_is_better else -1.0


def reads_images(request: Request) -> bool:
    """Return whether a score depends on the batches that it is given: on images or labels."""
    return bool(request.needs & {"images", "labels"})
