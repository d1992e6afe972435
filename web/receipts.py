"""A job's receipt for a reader: what is not zero, stage by stage and source by source, in the page's language."""

from collections.abc import Iterator, Mapping
from typing import Any

from web.words import Words

NOTHING: tuple[object, ...] = (None, False, 0, "", [], {})


def lines(receipt: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Pairs of a name and what is said of it: `("faro", "nuevos 22, descargados 22")`."""
    return list(_pairs(receipt, "", words))


def _pairs(values: Mapping[str, Any], name: str, words: Words) -> Iterator[tuple[str, str]]:
    """One pair for what a mapping says itself, and one for each mapping below it."""
    said = {key: value for key, value in values.items() if _has(value)}
    own = {key: value for key, value in said.items() if not isinstance(value, Mapping)}
    if name:
        if own:  # what has nothing but mappings is a list of things, as sources are: a line each
            own |= {key: value for key, value in said.items() if isinstance(value, Mapping) and not _deep(value)}
            yield name, ", ".join(f"{_name(key, words)} {_said(value, words)}" for key, value in own.items())
    else:
        yield from ((_name(key, words), _said(value, words)) for key, value in own.items())
    for key, value in said.items():
        if isinstance(value, Mapping) and key not in own:
            yield from _pairs(value, _name(key, words), words)


def _deep(value: Mapping[str, Any]) -> bool:
    return any(isinstance(inner, Mapping) and _has(inner) for inner in value.values())


def _has(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_has(inner) for inner in value.values())
    return value not in NOTHING


def _said(value: object, words: Words) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_name(key, words)} {_said(v, words)}" for key, v in value.items() if _has(v))
        return f"({inner})"
    if isinstance(value, list | tuple):
        return "; ".join(_said(one, words) for one in value)
    if isinstance(value, bool):
        return words.t("receipt.yes") if value else words.t("receipt.no")
    return words.said(str(value))


def _name(key: str, words: Words) -> str:
    """The printed name of a figure; why pages were parked is a sentence of ours."""
    return words.said(words.name("receipt", key))
