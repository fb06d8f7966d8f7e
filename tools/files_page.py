"""Write docs/files.md: the JSON records that commands leave behind, from their models.

``python -m tools.files_page > docs/files.md``
"""

from __future__ import annotations

from typing import Any

import msgspec

from harness.files.combine_record import CombineRecord
from harness.files.fit_record import FitRecord
from harness.files.proxy_search_record import ProxySearchRecord
from harness.files.run_record import RunRecord
from harness.files.scores_record import ScoresIndex
from harness.files.search_record import MeasurementRecord, SearchRecord, SettingRecord, SweepRecord
from harness.files.theory_record import CellRecord, SizeRecord, SupernetRecord, TheoryRecord
from harness.files.trained_search_record import TrainedSearchRecord

#: Heading of a file -> its models.
FILES: dict[str, list[type[Any]]] = {
    "run.json": [RunRecord],
    "search.json": [SearchRecord],
    "proxy_search.json": [ProxySearchRecord],
    "trained_search.json": [TrainedSearchRecord],
    "sweep.json": [SweepRecord],
    "steps/*.jsonl": [SettingRecord, MeasurementRecord],
    "theory.json": [TheoryRecord],
    "combine.json": [CombineRecord],
    "fit.json": [FitRecord],
    "scores/index.json": [ScoresIndex],
    "theory-*.jsonl": [CellRecord, SupernetRecord, SizeRecord],
}
OPENING = """\
# Records of results

<!-- Written by python -m tools.files_page from the models in harness/files. -->

Commands leave CSV files, which [report.md](report.md) shows, and records in JSON, which say how
these were made. A field that may be absent is marked so; a field that is not listed here is ignored
when a file is read, unless its record says otherwise. A file that is damaged is refused in one line
with the place, as in `$.archs.count`.

Logs (`.jsonl`) hold one object a line: first `{"head": ...}`, which says what the lines are results
of, then one `{"key": ..., "value": ...}` a result. A line that cannot be read counts as absent, and
its result is computed again. Where a number may be NaN it is written `NaN`, as Python's json does.
"""


def page() -> str:
    """Return docs/files.md."""
    models = [model for group in FILES.values() for model in group]
    _, schemas = msgspec.json.schema_components(models, ref_template="{name}")
    parts, shown = [OPENING], set[str]()
    for heading, group in FILES.items():
        parts.append(f"## {heading}\n")
        due = [model.__name__ for model in group]
        while due:
            name = due.pop(0)
            if name in shown:
                continue
            shown.add(name)
            parts.append(_section(name, schemas[name]))
            due += sorted(_named(schemas[name]), key=list(schemas).index)
    return "\n".join(parts)


def _section(name: str, schema: dict[str, Any]) -> str:
    """Return a model's heading, what it is, and a table of its fields."""
    required = set(schema.get("required", ()))
    rows = [
        f"| `{field}` | {_type(of)}{'' if field in required else ', may be absent'} "
        f"| {of['description']} |"
        for field, of in schema["properties"].items()
    ]
    said = " ".join(schema["description"].split())
    return "\n".join([
        f"### {name}", "", said, "", "| field | type | meaning |", "| --- | --- | --- |", *rows, ""
    ])  # fmt: skip


def _named(schema: Any) -> set[str]:
    """Return the models that a schema refers to."""
    if isinstance(schema, dict):
        inner = [_named(value) for value in schema.values()]
        return {schema["$ref"]}.union(*inner) if "$ref" in schema else set().union(*inner)
    if isinstance(schema, list):
        return set().union(*map(_named, schema))
    return set()


def _type(schema: dict[str, Any]) -> str:
    """Return a type in words."""
    if "$ref" in schema:
        return str(schema["$ref"])
    if "enum" in schema:
        return " or ".join(f'`"{value}"`' for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return f"pair of {_type(schema['prefixItems'][0])}"
        least = ", at least one" if schema.get("minItems") else ""
        return f"list of ({_type(schema['items'])}){least}"
    if schema.get("type") == "object":
        of = schema.get("additionalProperties")
        return f"object of ({_type(of)})" if isinstance(of, dict) and of else "object"
    if "minimum" in schema and schema["minimum"] >= 0:
        return f"{schema['type']} from {schema['minimum']} on"
    return str(schema.get("type", "any"))


if __name__ == "__main__":
    print(page(), end="")
