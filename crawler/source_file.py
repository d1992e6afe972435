"""A source as the text of its file: what `sources new` and `sources import` write. Only values, each quoted: nothing in them can be code."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from crawler.source import Source

LONGEST = 118
_ORDER = tuple(one.name for one in fields(Source) if one.name != "slug")


def render(source: Source, evidence: str) -> str:
    """The file's text: `evidence` as its first line, then the fields that differ from what a source has by itself."""
    lines = [
        f"    {name}={_literal(value, f'    {name}=')},"
        for name in _ORDER
        if (value := getattr(source, name)) != _default(name)
    ]
    told = " ".join(f"{source.name}: {evidence}".split()).replace("\\", "").replace('"', "'")
    shown = "".join(char if char.isprintable() else " " for char in told)
    return "\n".join(
        [f'"""{shown}"""', "", "from crawler.source import Source", "", "SOURCE = Source(", *lines, ")", ""]
    )


def _default(name: str) -> Any:
    spec = Source.__dataclass_fields__[name]
    if spec.default_factory is not MISSING:
        return spec.default_factory()
    return spec.default


def _literal(value: Any, before: str) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        return _wrapped("(", [_quoted(one) for one in value], ")", before, single=",")
    if isinstance(value, Mapping):
        return _wrapped("{", [f"{_quoted(key)}: {_quoted(one)}" for key, one in value.items()], "}", before)
    return repr(value)


def _wrapped(opening: str, parts: list[str], closing: str, before: str, single: str = "") -> str:
    """On one line where it fits, else one part a line."""
    line = opening + ", ".join(parts) + (single if len(parts) == 1 else "") + closing
    if len(before) + len(line) < LONGEST:
        return line
    return opening + "\n" + "".join(f"        {part},\n" for part in parts) + "    " + closing


def _quoted(text: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
