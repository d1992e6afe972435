"""The alerts that a new demo store starts with, as plain data.

All are instant: a daily one would still owe its first mail when the demo is run again the next day.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DemoAlert:
    """What `alerts add` takes."""

    name: str
    query: str
    owner: str
    language: Literal["es", "en"]
    rhythm: Literal["instant"] = "instant"


ALERTS = (
    DemoAlert("Extorsión a transportistas", "extorsión sector:public_transport", "analista@example.org", "es"),
    DemoAlert("Paros y bloqueos", "topic:strike (paro OR huelga OR bloqueo)", "redaccion@example.org", "es"),
    DemoAlert("Bills and laws on extortion", "topic:legislation extortion", "researcher@example.org", "en"),
)
