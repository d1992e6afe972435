"""Which licences let a whole text leave the machine: open ones, by the names that source files give them."""

import re

_OPEN = re.compile(
    r"\b(?:cc[ -]?0|cc[ -]by(?:[ -]sa)?|creative commons (?:attribution|atribuci[oó]n)(?:[ -](?:share ?alike|compartir ?igual))?"
    r"|public domain|dominio p[uú]blico|odc-by|odbl|pddl|mit|apache-2\.0)\b",
    re.I,
)
_NOT = re.compile(r"\b(?:nc|nd|non-?commercial|no ?comercial|no ?derivatives|sin ?derivadas?)\b", re.I)


def allows_text(licence: str) -> bool:
    """Whether a licence lets whole texts be passed on to anybody for any use; an unknown one does not."""
    return bool(_OPEN.search(licence)) and not _NOT.search(licence)
