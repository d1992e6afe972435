"""The mission's topics: extortion, strike, legislation, with subtype, score and spans.

Each word-list hit carries a weight; a topic's score is one minus the product of what each leaves open, words of the title
counting more, repetitions of one form little. What a text is about besides (abroad, sport, show business) speaks against.
Violence alone is no extortion, however much of it a text tells: its words together count less than half.
The lists' score and what all words of the text say together (`enrich.classifier`) are added up as log-odds.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from core.document import TOPICS, Payload
from enrich.classifier import sure
from enrich.reading import Found, Reading

VERSION = "7"
THRESHOLD = 0.5
LISTED, LEAN, UNASKED = 3.5, 1.5, -4.5
"""Log-odds: what the lists' score is worth, from none to full; what every topic is given; and of extortion where the lists find
violence and nothing that was asked for. Of rows left out of the learning, worths of 2.5 to 4.5 with 0.75 to 1.5 do alike
(docs/decisions/0024-second-opinion.md)."""
CITED = 0.9
"""The score of a gazette's norm, and of a text whose title cites one."""
VIOLENT = ("attack", "explosives", "killing")
MOST_OF_VIOLENCE = 0.42
STRONG = 0.55
_OFFICIAL_KINDS = ("norm", "bill")
_RESOLUTIONS = ("RM ", "RS ", "RVM ")
"""Norms with which the administration works (a guide of health, an appointment): to cite one is no news of a law."""
_TELLING = {
    "killing": 4.0, "explosives": 4.0, "attack": 2.0, "loans": 3.0, "protection": 2.5, "hunger_strike": 3.0,
    "vote": 1.2, "committee": 1.5, "promulgation": 2.0, "emergency": 1.5, "decree": 1.3,
}  # fmt: skip
"""Subtypes that say more of a text than the words beside them: a shop that paid and was blown up is an attack with explosives."""


def run(reading: Reading) -> Payload:
    """`{"topics": [{name, subtype, score, spans}]}`, the surest first."""
    if is_foreign(reading):
        return {"topics": []}
    topics = [topic for name in TOPICS if (topic := _topic(reading, name, reading.found.get(f"topic.{name}", [])))]
    return {"topics": sorted(topics, key=lambda topic: (-topic["score"], topic["name"]))}


def _topic(reading: Reading, name: str, found: Sequence[Found]) -> dict[str, Any] | None:
    if reading.document.kind in _OFFICIAL_KINDS and name != "legislation" and not found:
        return None  # a gazette's words are no news of a strike
    listed, sure_of_it = 1 - _open(found), False
    if name == "legislation":
        listed = _legislation(reading, found, listed)
        sure_of_it = reading.document.kind in _OFFICIAL_KINDS or _is_titled_norm(reading)
    listed *= _elsewhere(reading, name, found)
    weighed = reading.weighed
    odds = weighed.trust * weighed.odds[f"topic.{name}"] + LISTED / weighed.trust * (listed - 0.5) + LEAN
    if name == "extortion" and found and all(item.hit.entry.detail in VIOLENT for item in found):
        odds += UNASKED
    score = max(sure(odds), CITED) if sure_of_it else sure(odds)
    if score < THRESHOLD:
        return None
    cited = reading.said["norms"]["norms"] if name == "legislation" else ()
    spans = [item.span for item in found] or [span for norm in cited for span in norm["spans"]]
    subtype = _subtype(found) or (_kind_of_norm(reading) if name == "legislation" else None)
    return {
        "name": name,
        "subtype": subtype,
        "score": round(score, 3),
        "spans": spans or reading.telling(f"topic.{name}"),
    }


def _subtype(found: Sequence[Found]) -> str | None:
    """The detail with the most weight, hits counting more the nearer they stand to the top."""
    weights: Counter[str] = Counter()
    for item in found:
        entry = item.hit.entry
        if entry.detail:
            weights[entry.detail] += round(1000 * entry.weight * _TELLING.get(entry.detail, 1.0) * _prominence(item))
    best = weights.most_common(1)[0][0] if weights else None
    if best in ("cupos", "threats"):
        best = next((item.hit.entry.detail for item in found if _is_titled_violence(item)), best)
    deadly = any(item.hit.entry.detail == "killing" and _prominence(item) >= 1 for item in found)
    return "killing" if best == "attack" and deadly else best


def _is_titled_violence(item: Found) -> bool:
    """A title that tells of a killing or an attack tells what happened; that money was asked for tells why."""
    entry = item.hit.entry
    return item.field.name == "title" and entry.detail in VIOLENT and entry.weight >= 0.2


def _kind_of_norm(reading: Reading) -> str | None:
    """What the first norm cited is, where no other word says it."""
    norms = reading.said["norms"]["norms"]
    kind = norms[0]["id"].split()[0] if norms else ""
    return {"PL": "bill", "Ley": "law", "DL": "decree", "DS": "decree", "DU": "decree"}.get(kind)


def _prominence(item: Found) -> float:
    if item.field.name == "title":
        return 3.0
    number = item.field.sentence_at(item.hit.start)
    return 1.5 if number < 2 else 1.0 if number < 5 else 0.5


def _open(found: Iterable[Found]) -> float:
    """What the hits leave open: the product of one minus their weights, each further hit of one form a third of its weight."""
    left = violence = 1.0
    seen: Counter[str] = Counter()
    for item in found:
        entry = item.hit.entry
        weight = (
            entry.weight * (1.25 if item.field.name == "title" else 1.0) * (1.0 if not seen[entry.words] else 1 / 3)
        )
        seen[entry.words] += 1
        if entry.detail in VIOLENT:
            violence *= 1 - min(weight, 0.97)
        else:
            left *= 1 - min(weight, 0.97)
    return left * max(violence, 1 - MOST_OF_VIOLENCE)


def _laws(reading: Reading) -> list[dict[str, Any]]:
    """The norms cited but resolutions."""
    cited = reading.said.get("norms", {}).get("norms", ())
    return [norm for norm in cited if not str(norm["id"]).startswith(_RESOLUTIONS)]


def _is_titled_norm(reading: Reading) -> bool:
    return any(span[0] == "title" for norm in _laws(reading) for span in norm["spans"])


def _legislation(reading: Reading, found: Sequence[Found], score: float) -> float:
    """A law is a subject where it is in the title, in the lead or all over the text; one citation far down is none."""
    norms = _laws(reading)
    if norms:
        mentions = sum(len(norm["spans"]) for norm in norms)
        score = 1 - (1 - score) * (0.6 if mentions == 1 else 0.45)
    titled = any(item.field.name == "title" and item.hit.entry.weight >= 0.15 for item in found)
    places = {
        (item.field.name, item.field.sentence_at(item.hit.start)) for item in found if item.hit.entry.weight >= 0.3
    }
    if reading.words > 60 and not titled and len(places) < 2:
        score *= 0.65
    return score


def _elsewhere(reading: Reading, name: str, found: Sequence[Found]) -> float:
    """The factor by which sport and show business lower a score: full reports of a crime against a band keep theirs."""
    strong = sum(item.hit.entry.weight >= STRONG for item in found)
    sport, show = reading.count("context.sport"), reading.count("context.show")
    titled = any(item.field.name == "title" for item in reading.found.get("context.sport", ()))
    if sport >= max(strong, 1) and (sport > 1 or titled):
        enough = {"strike": 2, "extortion": 1}.get(name)
        return 0.5 if enough is None or strong < enough or sport > strong else 0.9
    if show >= 1 and show >= strong and name != "legislation":
        return 0.6 if show == 1 and strong else 0.5
    return 1.0


def is_foreign(reading: Reading) -> bool:
    """Whether the news happens abroad: foreign names and no sign of Peru, or far more of them, the title deciding ties."""
    abroad = reading.found.get("context.foreign", ())
    if not abroad:
        return False
    places = reading.said.get("places", {}).get("places", ())
    home = reading.found.get("context.peru", ())
    title_abroad = sum(item.field.name == "title" for item in abroad)
    title_home = sum(item.field.name == "title" for item in home) + sum(
        span[0] == "title" for p in places for span in p["spans"]
    )
    if title_abroad and not title_home:
        return len(abroad) >= len(home) + sum(len(p["spans"]) for p in places)
    if title_home:
        return _is_set_abroad(reading)
    return len(abroad) >= 2 * (len(home) + sum(len(p["spans"]) for p in places)) + 1


def _is_set_abroad(reading: Reading) -> bool:
    """Whether the title says that its subject is abroad: `huelga de controladores en Francia obliga a cancelar vuelos a Lima`."""
    subjects = [
        item for name in TOPICS for item in reading.found.get(f"topic.{name}", ()) if item.field.name == "title"
    ]
    if not subjects:
        return False
    first = min(subjects, key=lambda item: item.hit.start)
    for item in reading.found.get("context.foreign", ()):
        if item.field.name == "title" and 0 < item.hit.start - first.hit.end < 45:
            between = first.field.folded[first.hit.end : item.hit.start]
            return between.endswith((" en ", " in ")) and not any(char in between for char in ":;.")
    return False
