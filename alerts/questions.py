"""Templates: the questions that most people come with, ready to be subscribed to, named in Spanish and English.

The queries use tags where the steps give them and words beside them, so that an alert neither hangs on a tag nor on one
wording. A template with a `blank` needs one value, such as the number of a bill.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from search.nodes import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A template. `query` has `{value}` where the blank stands, if there is one; `blank` names it."""

    key: str
    name: Mapping[str, str]
    help: Mapping[str, str]
    query: str
    rhythm: str = "instant"
    kind: str = "documents"
    blank: str | None = None
    example: str | None = None
    fill: Callable[[str], tuple[str, str]] = lambda value: (value, value)

    def to_json(self, language: str) -> dict[str, Any]:
        """As the command line and the API print it."""
        return {
            "template": self.key, "name": self.name[language], "help": self.help[language], "query": self.query,
            "rhythm": self.rhythm, "kind": self.kind, "blank": self.blank, "example": self.example,
        }  # fmt: skip

    def fields(self, language: str, value: str = "") -> dict[str, Any]:
        """Name, query, rhythm and kind of an alert made of it. Raises InputError where the blank is not, or wrongly, filled."""
        value = value.strip()
        if self.blank and not value:
            raise InputError(f"The template {self.key} needs a {self.blank}.", f"Give one, such as {self.example}.")
        if value and not self.blank:
            raise InputError(f"The template {self.key} has no blank to fill.", "Leave the value out.")
        shown, clause = self.fill(value) if self.blank else ("", "")
        name, query = self.name[language].replace("{value}", shown), self.query.replace("{value}", clause)
        return {"name": name, "query": query, "rhythm": self.rhythm, "kind": self.kind}


BILL = re.compile(
    r"(?:(?:proyecto(?: de ley)?|bill|pl)\b)?[\s.:n°ºo]*(\d{1,6})\s*/\s*(\d{4})(?:\s*-\s*([a-z]{1,4}))?", re.I
)


def _bill(value: str) -> tuple[str, str]:
    """A bill's number as Congress writes it, and the clause: with the suffix of its house and, as the press often does, without."""
    match = BILL.fullmatch(value)
    if not match:
        raise InputError(f"{value!r} is no number of a bill.", "Write it as Congress does, such as 11735/2024-CR.")
    number, year, house = match[1].lstrip("0") or "0", match[2], (match[3] or "CR").upper()
    clauses = (str(Tag("norm", f"PL {number}/{year}{suffix}")) for suffix in (f"-{house}", ""))
    return f"{number}/{year}-{house}", " OR ".join(clauses)


def _place(value: str) -> tuple[str, str]:
    if not any(character.isalnum() for character in value) or len(value) > 80:
        raise InputError(f"{value!r} is no place.", "Name a district, province or department, such as Trujillo.")
    return value, str(Tag("place", value))


QUESTIONS: tuple[Question, ...] = (
    Question(
        key="freight-extortion", query='topic:extortion (sector:freight_transport OR camionero OR transportista OR "transporte de carga")',
        name={"es": "Extorsión al transporte de carga", "en": "Extortion of freight transport"},
        help={"es": "Cupos, amenazas y atentados contra camioneros y empresas de carga.", "en": "Protection money, threats and attacks on truckers and freight companies."},
    ),
    Question(
        key="bus-extortion", query="topic:extortion (sector:public_transport OR combi OR cúster OR chofer)",
        name={"es": "Extorsión al transporte público", "en": "Extortion of public transport"},
        help={"es": "Cupos, amenazas y ataques a choferes y empresas de buses.", "en": "Protection money, threats and attacks on bus drivers and companies."},
    ),
    Question(
        key="bus-strikes", query="topic:strike (sector:public_transport OR bus OR combi OR chofer)",
        name={"es": "Paros de transporte público", "en": "Strikes of public transport"},
        help={"es": "Paros anunciados, en curso, suspendidos o terminados de buses y combis.", "en": "Strikes of buses announced, ongoing, suspended or ended."},
    ),
    Question(
        key="blocked-roads",
        query='((bloqueo OR bloquear OR blockade) (road:* OR carretera OR autopista OR panamericana)) OR "bloqueo vía"~4 OR "bloquear vía"~4 OR "vía bloqueada"~4 OR roadblock OR "road blocked"~4 OR "highway blocked"~4',
        name={"es": "Vías bloqueadas", "en": "Blocked roads"},
        help={"es": "Bloqueos de carreteras y vías, por quien sea.", "en": "Roadblocks, whoever sets them up."},
    ),
    Question(
        key="bill", query="{value}", rhythm="daily", blank="bill", example="11735/2024-CR", fill=_bill,
        name={"es": "Proyecto de ley {value}", "en": "Bill {value}"},
        help={"es": "Todo lo que nombra un proyecto de ley: dictámenes, votaciones, promulgación.", "en": "Whatever names one bill: reports, votes, promulgation."},
    ),
    Question(
        key="place", query="topic:(extortion OR strike OR legislation) {value}", blank="place", example="Trujillo", fill=_place,
        name={"es": "Extorsión, paros y leyes en {value}", "en": "Extortion, strikes and laws in {value}"},
        help={"es": "Los tres temas en un distrito, una provincia o un departamento.", "en": "The three topics in a district, province or department."},
    ),
    Question(
        key="extortion-surge", query="topic:extortion", kind="volume",
        name={"es": "Alza de noticias de extorsión", "en": "Surge of news on extortion"},
        help={"es": "Avisa cuando un día trae muchas más noticias de extorsión que lo usual, de dos medios por lo menos.", "en": "Tells when a day has far more news on extortion than usual, from two outlets at least."},
    ),
)  # fmt: skip


def question(key: str) -> Question:
    """The template of that key. Raises InputError naming those there are."""
    found = next((one for one in QUESTIONS if one.key == key), None)
    if found is None:
        raise InputError(f"There is no template {key!r}.", f"There are {', '.join(one.key for one in QUESTIONS)}.")
    return found
