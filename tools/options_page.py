"""Write docs/options.md: every command's options, from its parser.

``python -m tools.options_page > docs/options.md``
"""

from __future__ import annotations

import argparse
import importlib
import re

from harness.__main__ import COMMANDS
from harness.scores import ACTIONS, PROG, module_of
from harness.search_methods.by_proxy.methods import BY_PROXY
from harness.search_methods.by_proxy.options import parser as by_proxy_parser
from harness.search_methods.trained.methods import TRAINED
from harness.search_methods.trained.options import parser as trained_parser

OPENING = """\
# Options

<!-- Written by python -m tools.options_page from the commands' parsers. -->

Every command is `python -m harness.COMMAND`, or `zeros-harness COMMAND` once installed. `--help`
says the same as this page.
"""


def page() -> str:
    """Return docs/options.md."""
    parts = [OPENING]
    for name, module in COMMANDS.items():
        parts.append(_section(name, importlib.import_module(module).parser(f"python -m {module}")))
        if name == "scores":
            for action in ACTIONS:
                of_action = module_of(action).parser(f"{PROG} {action}")
                parts.append(_section(f"scores {action}", of_action))
        if name == "search":
            for method in BY_PROXY.values():
                of_method = by_proxy_parser(method, "python -m harness.search")
                parts.append(_section(f"search --method {method.name}", of_method))
            for trained in TRAINED.values():
                of_method = trained_parser(trained, "python -m harness.search")
                parts.append(_section(f"search --method {trained.name}", of_method))
    return "\n".join(parts)


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    """Return a command's heading, what it does, and a table for each group of its options."""
    parts = [f"## {name}", "", f"`{parser.prog}`: {parser.description}", ""]
    for group in parser._action_groups:
        actions = [one for one in group._group_actions if not _is_help(one)]
        if actions:
            title = "" if group.title in ("options", "positional arguments") else group.title
            parts += [*([f"**{_capital(title)}**", ""] if title else []), *_table(actions), ""]
    return "\n".join(parts)


def _is_help(action: argparse.Action) -> bool:
    return isinstance(action, argparse._HelpAction) or action.help == argparse.SUPPRESS


def _table(actions: list[argparse.Action]) -> list[str]:
    rows = [f"| `{_call(action)}` | {_meaning(action)} |" for action in actions]
    return ["| option | meaning |", "| --- | --- |", *rows]


def _call(action: argparse.Action) -> str:
    """Return how an option is written: its longest name and what it takes."""
    name = max(action.option_strings, key=len, default="")
    if action.nargs == 0:
        return name
    metavar = action.metavar or (
        "|".join(map(str, action.choices)) if action.choices else action.dest.upper()
    )
    takes = " ".join(metavar) if isinstance(metavar, tuple) else metavar
    several = {"+": f"{takes}...", "*": f"[{takes}...]", "?": f"[{takes}]"}
    text = f"{name} {several.get(str(action.nargs), takes)}".strip()
    return text.replace("|", "\\|")


def _meaning(action: argparse.Action) -> str:
    text = " ".join((action.help or "").split()) % {"default": action.default, "prog": ""}
    return _escaped(text)


def _capital(text: str | None) -> str:
    return text[:1].upper() + text[1:] if text else ""


def _escaped(text: str) -> str:
    """Return text in which Markdown finds nothing to format."""
    return re.sub(r"([|*_<>\[\]`])", r"\\\1", text)


if __name__ == "__main__":
    print(page(), end="")
