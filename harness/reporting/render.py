"""Reports as files: report.html, which holds everything that it shows, and report.md for pull
requests.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from harness.reporting.document import Document

TEMPLATES = resources.files("harness.reporting") / "templates"


def html(document: Document) -> str:
    """Return a report as :func:`page_of` makes one."""
    scripts = ["tables.js", "folds.js", *(["chart.js"] if document.points else [])]
    return page_of("report.html.j2", scripts, ["report.css"], document=document)


def page_of(name: str, scripts: Sequence[str], styles: Sequence[str], **values: Any) -> str:
    """Return one HTML page with its style, script, data and figures inside; all text is escaped.

    Its content security policy allows this one script and pictures inside the page, and nothing
    else.

    Args:
        name: of a template that extends page.html.j2.
        scripts: files among the templates, in the order in which they run.
        styles: likewise.
        values: what is filled in.
    """
    script = "".join(map(_text, scripts))
    checksum = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return rendered(
        name,
        script=Markup(script),
        style=Markup("".join(map(_text, styles))),
        script_hash=f"sha256-{checksum}",
        **values,
    )


def markdown(document: Document) -> str:
    """Return headline and tables as Markdown.

    Figures are left out, as a pull request cannot hold them.
    """
    return _environment().get_template("report.md.j2").render(document=document)


def rendered(name: str, **values: Any) -> str:
    """Return a template with its values filled in; that of HTML has all text escaped."""
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False, "allow_nan": False}
    environment.filters |= {
        "plain": plain,
        "code": code,
        "image": _image,
        "image_width": _image_width,
        "options_whole": _options_whole,
        "breakable": _breakable,
        "words_whole": _words_whole,
    }
    return environment


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def plain(text: object) -> str:
    """Return *text* so that Markdown and the HTML in it show it as it is, on one line."""
    escaped = re.sub(r"([\\`*_\[\]|#~$])", r"\\\1", " ".join(str(text).split()))
    escaped = re.sub(r"^(\d*)([-+.)])(?=[-\s]|$)", r"\1\\\2", escaped)  # it begins no list
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """Return a block of code that holds *text*."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def _options_whole(text: str) -> Markup:
    """Return *text*, escaped, with no line break inside the name of an option, and those of
    :func:`_breakable`.
    """
    return Markup(re.sub("--[a-z]+", r'<span class="whole">\g<0></span>', _breakable(text)))


def _breakable(text: str) -> Markup:
    """Return *text*, escaped, in which a long name may break before an option or a component, and
    nowhere else.
    """
    return Markup(re.sub(r"([\[,+])(?=[a-z])", r"\1<wbr>", str(escape(text))))


def _words_whole(text: str) -> Markup:
    """Return *text*, escaped, with no line break at a hyphen."""
    return Markup(re.sub(r"\S+-\S+", r'<span class="whole">\g<0></span>', str(escape(text))))


def _image_width(path: Path) -> int | None:
    """Return the width of a figure in pixels of a page, at which its text has the size as drawn.

    None where its SVG does not say it.
    """
    svg = path.with_suffix(".svg").read_text(encoding="utf-8")
    drawn = re.search(r'<svg [^>]*?width="([\d.]+)pt"', svg)
    return round(float(drawn[1]) * 96 / 72) if drawn else None


def _image(path: Path) -> str:
    """Return a figure as a data URI.

    Its SVG, which stays sharp, or its PNG where that is smaller.
    """
    smaller = min((path.with_suffix(".svg"), path), key=lambda file: file.stat().st_size)
    kind = "svg+xml" if smaller.suffix == ".svg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(smaller.read_bytes()).decode()}"
