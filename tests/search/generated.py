"""Documents made of headlines, and queries of every kind made of the documents: what the engines are compared on."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.document import KINDS, SECTORS, TOPICS, Document, StoryRef, document_id
from core.record import Record
from core.text import clean

PLACES = ("Áncash", "Ica", "La Libertad", "Lima", "Puno", "Ñuñoa Ficticia")
PEOPLE = ("Rosa Núñez Ficticia", "Juan Inventado", "Ana de la Cruz Irreal")
BODIES = ("Gremio de Choferes Ficticios", "Sindicato Único Inventado", "Fiscalía Imaginaria")
ROADS = ("Panamericana Inventada", "Carretera Central Ficticia")
INVENTED = (
    """
paro de transportistas bloquea la vía del norte en Áncash|Dueños de bodegas denuncian extorsión y cobro de cupos en Ñuñoa
Congreso debate la ley contra el sicariato y la extorsión|El año escolar empieza con huelga de maestros en Puno
Choferes paran: piden S/ 1.500 de bono y seguridad para las rutas|Banda amenazaba a peluqueros; la policía detuvo a tres
Extorsionadores exigen pago a colegios de Lima|Gremio anuncia marcha, paro y bloqueo desde el lunes
EE.UU. y el Perú firman acuerdo|Huelga de mineros: sindicato rechaza la propuesta de la empresa
Strike of drivers stops the city|Extorted shopkeepers march against gangs
""".replace("\n", "|")
    .strip("|")
    .split("|")
)  # for where the real headlines are not


def shuffled(chance: random.Random, number: int) -> list[dict[str, str]]:
    """Headlines of invented words in new orders, as rows like the real ones."""
    words = " ".join(INVENTED).split()
    start = date(2020, 12, 1)
    return [
        {
            "title": " ".join(chance.sample(words, chance.randrange(3, 14))),
            "url": f"https://diario.example/{n}",
            "outlet": chance.choice(["uno", "dos", "tres"]),
            "date": (start + timedelta(days=chance.randrange(180))).isoformat(),
        }
        for n in range(number)
    ]


def made(rows: Sequence[dict[str, Any]], chance: random.Random) -> list[Record]:
    """A record of each headline: texts of several, translations, other languages, every tag, stories, some undated."""
    titles = [clean(row["title"]) for row in rows]
    return [_one(row, titles, chance) for row in rows]


def _one(row: dict[str, Any], titles: list[str], chance: random.Random) -> Record:
    when = datetime.fromisoformat(row["date"][:10]).replace(tzinfo=UTC) + timedelta(seconds=chance.randrange(86_400))
    texts = ". ".join(chance.sample(titles, 3)) if chance.random() < 0.3 else ""
    other = {
        "language": chance.choice(["en", "es"]), "title": chance.choice(titles), "summary": "", "text": texts[::-1],
    }  # fmt: skip
    document = Document(
        id=document_id(row["url"]), url=row["url"], title=clean(row["title"]), source=row["outlet"], fetched=when + timedelta(hours=3),
        published=when if chance.random() < 0.95 else None, language=chance.choice(["es", "es", "en", "qu", None]),
        text=texts, summary=texts[: len(texts) // 3] if chance.random() < 0.5 else "", kind=chance.choice(KINDS),
        author=tuple(chance.sample(PEOPLE, chance.randrange(2))), section=chance.choice(["Política", "Policial", None]),
    )  # fmt: skip
    story = StoryRef(id=f"s{chance.randrange(900)}", size=1, first=when) if chance.random() < 0.8 else None
    return Record(
        document=document, tags=_tags(chance), translation=other if chance.random() < 0.3 else None, story=story
    )


def _tags(chance: random.Random) -> dict[str, Any]:
    places = [
        {"name": name, "department": name, "province": name if chance.random() < 0.3 else None, "role": chance.choice(["event", "mention"])}
        for name in chance.sample(PLACES, chance.randrange(3))
    ]  # fmt: skip
    people = [{"name": name, "type": "person"} for name in chance.sample(PEOPLE, chance.randrange(2))]
    bodies = [{"name": name, "type": "organisation"} for name in chance.sample(BODIES, chance.randrange(2))]
    strike = {"status": chance.choice(["announced", "ended"]), "guild": chance.choice([None, "choferes", "médicos"])}
    subtype = chance.choice([None, "threat", "stoppage"])
    return {
        "topics": [{"name": chance.choice(TOPICS), "subtype": subtype}] if chance.random() < 0.4 else [],
        "sectors": [{"name": chance.choice(SECTORS), "role": chance.choice(["victim", "actor"])}] if chance.random() < 0.3 else [],
        "places": places, "entities": people + bodies,
        "norms": [{"id": f"Ley {chance.randrange(32100, 32110)}"}] if chance.random() < 0.2 else [],
        "roads": [{"name": chance.choice(ROADS)}] if chance.random() < 0.1 else [],
        "strike": strike if chance.random() < 0.2 else None,
    }  # fmt: skip


class Generator:
    """Queries in text, each made of what some document holds, so that most find something."""

    def __init__(self, records: Sequence[Record], seed: int) -> None:
        self.chance = random.Random(seed)
        self.records = records
        self.days = sorted({r.document.published.date().isoformat() for r in records if r.document.published})

    def lines(self) -> list[str]:
        """The texts of some document."""
        record = self.chance.choice(self.records)
        names = ("title", "summary", "text", "translation.title", "translation.text")
        return [text for name in names if (text := record.field_text(name))]

    def words(self, number: int) -> list[str]:
        """Words in a row of some text, as printed."""
        words = "".join(char if char.isalnum() else " " for char in self.chance.choice(self.lines())).split()
        start = self.chance.randrange(max(1, len(words) - number + 1))
        return words[start : start + number]

    def word(self, least: int = 1) -> str:
        """One word of so many letters at least, no operator."""
        while True:
            for word in self.words(12):
                if len(word) >= least and word not in ("AND", "OR", "NOT") and self.chance.random() < 0.3:
                    return word

    def phrase(self) -> str:
        return '"' + " ".join(self.words(self.chance.choice([2, 2, 3, 5]))) + '"'

    def near(self) -> str:
        words = self.words(5)
        chosen = self.chance.sample(words, min(len(words), self.chance.choice([2, 2, 3])))
        return f'"{" ".join(chosen)}"~{self.chance.randrange(1, 8)}'

    def prefix(self) -> str:
        word = self.word(4)
        return word[: self.chance.randrange(2, len(word))] + "*"

    def wildcard(self) -> str:
        word = list(self.word(5))
        for _ in range(self.chance.randrange(1, 3)):
            word[self.chance.randrange(len(word))] = self.chance.choice("*?")
        return "".join(word) if any(char.isalnum() for char in word) else "p?ro"

    def fuzzy(self) -> str:
        word = list(self.word(6))
        del word[self.chance.randrange(len(word))]
        return "".join(word) + self.chance.choice(["~1", "~2", "~"])

    def exact(self) -> str:
        return f"exact:{self.chance.choice([self.word(3), self.phrase()])}"

    def field(self) -> str:
        """A field of each kind, asked by a value that some document has, or by its beginning."""
        chance, document = self.chance, self.chance.choice(self.records).document
        simple = chance.choice(["title", "text", "translation"])
        return chance.choice([
            f"{simple}:{self.word(3)}", f"{simple}:{self.phrase()}", f"{simple}:({self.word(3)} OR {self.prefix()})",
            f"{simple}:exact:{self.word(3)}", f"source:{document.source} {self.word(2)}", f"topic:{chance.choice(TOPICS)}",
            f'place:"{chance.choice(PLACES)}" -topic:strike', "person:" + chance.choice(["nuñez", '"de la cruz"', "inventa*", "irral~1"]),
            f'norm:"ley n° {chance.randrange(32100, 32110)}"', f"sector:{chance.choice(SECTORS)}", "language:en", "language:(qu OR en)",
            f"role:{chance.choice(['victim', 'actor', 'event', 'mention'])}", "story:s7*", f"story:s{chance.randrange(900)}",
            f"kind:{document.kind}", "author:*", 'author:"juan inventado"', "section:politica", "subtype:threat -role:victim",
            f"department:{chance.choice(['anc*', 'ica', '*u*'])}", "province:lima", "road:panamericana*", 'organisation:"fiscalía imaginaria"',
            "organisation:gremio", f"strike:{chance.choice(['any', 'choferes', 'medicos'])}", "status:ended", f"id:{document.id}",
        ])  # fmt: skip

    def range(self) -> str:
        low, high = sorted(self.chance.sample(self.days, 2))
        asked = self.chance.choice(
            [f"[{low} TO {high}]", f"{{{low} TO {high}]", f">={high[:7]}", f"<{high}", low[:7], low, f"[* TO {high[:7]}}}", "*"]
        )  # fmt: skip
        return f"date:{asked}" if self.chance.random() < 0.5 else f"seen:{asked} {self.word(2)}"

    def boolean(self, deep: int = 2) -> str:
        kinds: list[Callable[[], str]] = [self.word, self.phrase, self.prefix, self.exact, self.field, self.range]
        if deep:
            kinds += [lambda: self.boolean(deep - 1)] * 3
        a, b, c = (self.chance.choice(kinds)() for _ in range(3))
        shape = self.chance.choice(
            ["{a} OR {b}", "{a} OR {b} -{c}", "({a} OR {b}) {c}", "{a} -({b} OR {c})", "{a} AND NOT {b}", "{a} OR ({b} AND {c})",
             "* -{a}", "{a} (NOT {b} OR {c})", "{a} OR NOT {b}", "{a} NOT (NOT {b} AND {c})"]
        )  # fmt: skip
        return shape.format(a=f"({a})", b=f"({b})", c=f"({c})")

    def facet(self) -> str:
        return self.chance.choice([self.word, self.field, self.range, self.prefix, self.boolean])()


GENERATED = ("word", "phrase", "near", "prefix", "wildcard", "fuzzy", "exact", "boolean", "field", "range", "facet")
