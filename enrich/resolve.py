"""Which of the places that share a name a text means; no answer where it does not say."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from core.peru.gazetteer import Gazetteer, Place
from core.text import fold
from enrich.mentions import SIBLING, Mention, between
from enrich.reading import Reading

_CONTAINS = re.compile(
    r"(?: district(?= (?:of|in) ))?(?: of| ?\(| ?,|,? en(?: la)?(?: misma)?| de(?: la)?| -|,? in)? ?(?:la )?(?:provincia (?:\w+ )?de |region (?:de )?|departamento de )?",
    re.UNICODE,
)
_CITY = re.compile(r" (?:centro (?:historico )?de la ciudad|centro de esta ciudad) ")
_LEVELS = {"district": "district", "province": "province", "department": "department"}
_CAPITAL = ("Lima", "Callao")
_SURE = 0.8
"""Scores from which a decision is not asked again."""

Decision = tuple[Mention, Place, float]


def resolve(mentions: Sequence[Mention], gazetteer: Gazetteer, reading: Reading) -> list[Decision]:
    """A place and a score for each mention that can be decided, in the order of the text."""
    pairs = _containers(mentions, gazetteer)
    holders = set(pairs.values())
    context = _context(mentions, gazetteer, reading)
    city = any(_CITY.search(part.norm) for part in reading.fields)
    _rural(mentions, gazetteer, reading)
    for level in ("province", "city"):
        named = {mention.key for mention in mentions if mention.cue == level}
        for mention in mentions:
            if mention.cue in (None, "dateline", "plain") and mention.key in named:
                mention.cue = level
    _complete(mentions, gazetteer)
    quarters = _quarters(mentions, gazetteer)
    mentions = [mention for mention in mentions if mention not in quarters]
    rows = _rows(mentions, gazetteer)
    chosen = [_decide(mention, gazetteer, context, pairs, rows) for mention in mentions]
    if any(place is None or score < _SURE for place, score in chosen):
        _learn(mentions, chosen, context, gazetteer)
        chosen = [
            _decide(m, gazetteer, context, pairs, rows) if c[1] < _SURE else c
            for m, c in zip(mentions, chosen, strict=True)
        ]
    return [
        (m, _level(place, m, gazetteer, holders, city), score)
        for m, (place, score) in zip(mentions, chosen, strict=True)
        if place
    ]


def _rural(mentions: Sequence[Mention], gazetteer: Gazetteer, reading: Reading) -> None:
    """Country people are those of a province, and so is a `paro provincial`; a department's seat is not asked."""
    whole = any(" paro provincial " in part.norm for part in reading.fields)
    for mention in mentions:
        if (mention.rural and mention.cue in (None, "plain", "hamlet")) or (
            whole and mention.cue in (None, "dateline")
        ):
            levels = {place.level for place in gazetteer.named[mention.key]}
            if "province" in levels and "department" not in levels:
                mention.cue = "province"


def _complete(mentions: Sequence[Mention], gazetteer: Gazetteer) -> None:
    """A district named by the first words of its name where the text has the whole: `Chavín` beside `Chavín de Huántar`."""
    longer = {mention.key for mention in mentions if " " in mention.key}
    wholes = {each: [key for key in longer if key.startswith(each + " ")] for each in {m.key for m in mentions}}
    for mention in mentions:
        whole = wholes[mention.key]
        if len(whole) == 1 and all(place.level == "district" for place in gazetteer.named[mention.key]):
            mention.key = whole[0]


def _learn(
    mentions: Sequence[Mention],
    chosen: Sequence[tuple[Place | None, float]],
    context: Counter[str],
    gazetteer: Gazetteer,
) -> None:
    """What the first round decided among several places is context for what it could not."""
    for mention, (place, _) in zip(mentions, chosen, strict=True):
        if place is not None and place.level == "district" and len(gazetteer.named[mention.key]) > 1:
            context[place.code[:2]] += 1
            context[place.code[:4]] += 1


def _candidates(mention: Mention, gazetteer: Gazetteer) -> list[Place]:
    """The places of that name, those of the level that the cue names alone where there are any."""
    places = list(gazetteer.named[mention.key])
    wanted = _LEVELS.get(mention.cue or "")
    at_level = [place for place in places if place.level == wanted]
    if mention.cue == "district" and not at_level:
        return [p for p in places if p.level != "department"] or places
    return at_level or places


def _containers(mentions: Sequence[Mention], gazetteer: Gazetteer) -> dict[Mention, Mention]:
    """Inner -> outer: `Chala (Caravelí)`, `Ocoña, en Camaná`, where a place of the first name lies in one of the second."""
    pairs: dict[Mention, Mention] = {}
    for first, second in itertools.pairwise(mentions):
        if first.part is not second.part or first.key == second.key or not _CONTAINS.fullmatch(between(first, second)):
            continue
        inner = [p for p in _candidates(first, gazetteer) if p.level != "department"]
        outer = [p for p in _candidates(second, gazetteer) if p.level != "district"]
        if any(a.within(b) and a is not b for a in inner for b in outer):
            pairs[first] = second
    return pairs


def _quarters(mentions: Sequence[Mention], gazetteer: Gazetteer) -> set[Mention]:
    """Quarters that bear the name of a place elsewhere: `Las Lomas de San Juan de Lurigancho`."""
    found = set()
    for first, second in itertools.pairwise(mentions):
        if first.part is second.part and first.cue is None and between(first, second) in (" de ", " del "):
            inner, outer = gazetteer.named[first.key], gazetteer.named[second.key]
            if not any(place.within(holder) for place in inner for holder in outer):
                found.add(first)
    return found


def _rows(mentions: Sequence[Mention], gazetteer: Gazetteer) -> dict[Mention, str]:
    """The province (four digits) in which the neighbour of a mention in a row plainly lies: `La Esperanza y Florencia de Mora`."""
    rows: dict[Mention, str] = {}
    for first, second in itertools.pairwise(mentions):
        if first.part is second.part and SIBLING.fullmatch(between(first, second)):
            for one, other in ((first, second), (second, first)):
                provinces = {place.code[:4] for place in gazetteer.named[other.key]}
                if len(provinces) == 1 and other.key not in gazetteer.weak:
                    rows.setdefault(one, provinces.pop())
    return rows


def _context(mentions: Sequence[Mention], gazetteer: Gazetteer, reading: Reading) -> Counter[str]:
    """How often the text names each department and province (by the first digits of the code), directly or by its people."""
    context: Counter[str] = Counter()
    for mention in mentions:
        places = _candidates(mention, gazetteer)
        tops = {place.code[:2] for place in places}
        if len(tops) != 1 or (mention.key in gazetteer.weak and not mention.cue and not _is_province(mention, places)):
            continue
        context[tops.pop()] += 1
        provinces = {place.code[:4] for place in places if place.level != "department"}
        if len(provinces) == 1:
            context[provinces.pop()] += 1
    for part in reading.fields:
        for word in gazetteer.demonyms.keys() & part.vocabulary:
            place = gazetteer.demonyms[word]
            context[place.code[:2]] += 1
            if place.level == "province":
                context[place.code[:4]] += 1
    return context


def _is_province(mention: Mention, places: Sequence[Place]) -> bool:
    """Whether `en` stands before a name that a province bears: `en Melgar`."""
    return mention.inside and any(place.level == "province" for place in places)


def _decide(
    mention: Mention,
    gazetteer: Gazetteer,
    context: Counter[str],
    pairs: dict[Mention, Mention],
    rows: dict[Mention, str],
) -> tuple[Place | None, float]:
    places = _candidates(mention, gazetteer)
    outer = pairs.get(mention)
    if outer is not None:
        holders = [p for p in _candidates(outer, gazetteer) if p.level != "district"]
        inner = [p for p in places if any(p.within(h) and p is not h for h in holders)]
        if inner:
            return _highest(inner), 0.95
    weak = mention.key in gazetteer.weak
    if (
        mention.cue == "hamlet"
        and mention.key not in gazetteer.aliases
        and all(fold(p.name) != mention.key for p in places)
    ):
        return None, 0.0  # the seat of a district has the name too
    alias = gazetteer.aliases.get(mention.key)
    beside = rows.get(mention)
    if beside and not mention.cue and all(place.level == "district" for place in places):
        inner = [place for place in places if place.level == "district" and place.code.startswith(beside)]
        if len(inner) == 1:
            return inner[0], 0.85
    if weak and not mention.cue and not mention.inside:
        return _neighbour(mention, places, context)
    near = _by_context(places, context, counted=not weak or bool(mention.cue) or _is_province(mention, places))
    if near is not None and (not weak or mention.cue or mention.inside):
        return near, 0.85 if len(places) > 1 else 0.95
    if weak and mention.cue == "hamlet":
        return None, 0.0
    if alias is not None and (not weak or mention.cue):
        return alias, 0.9
    usual = gazetteer.usual.get(mention.key)
    if (
        usual is not None
        and (
            not weak or mention.cue or usual.department not in _CAPITAL or (mention.inside and not _elsewhere(context))
        )
        and (not mention.cue or _fits(usual, mention))
    ):
        return usual, 0.75
    tops = {place.code[:4] if place.level != "department" else place.code[:2] for place in places}
    if any(place.level == "department" for place in places):
        return _highest([p for p in places if p.level == "department"]), 0.9
    if len(tops) == 1 and (not weak or mention.cue not in (None, "dateline")):
        return _highest(places), 0.8
    provinces = [place for place in places if place.level == "province"]
    if len(provinces) == 1 and not weak:
        return provinces[0], 0.65
    return None, 0.0


def _neighbour(mention: Mention, places: Sequence[Place], context: Counter[str]) -> tuple[Place | None, float]:
    """A name of several words behind `de` that lies in a province of which the text speaks: `vecinos son de Grocio Prado`."""
    if " " not in mention.key or not mention.part.folded.endswith(" de ", 0, mention.start):
        return None, 0.0
    inside = [place for place in places if place.level == "district" and context[place.code[:4]]]
    return (inside[0], 0.6) if len(inside) == 1 else (None, 0.0)


def _elsewhere(context: Counter[str]) -> bool:
    """Whether the text speaks of departments beyond the capital's."""
    return any(len(code) == 2 and code not in ("15", "07") for code in context)


def _fits(place: Place, mention: Mention) -> bool:
    return mention.cue not in _LEVELS or place.level == mention.cue or mention.cue == "province"


def _by_context(places: Sequence[Place], context: Counter[str], *, counted: bool = True) -> Place | None:
    """The place whose province, else whose department, the rest of the text names; None where none or several are.

    `counted`: the name itself was counted into the context.
    """
    departments = [place for place in places if place.level == "department"]
    if departments:
        return departments[0]
    for length in (4, 2):
        named = {
            place.code[:length]
            for place in places
            if context[place.code[:length]] > (_own(places, place, length) if counted else 0)
        }
        if len(named) == 1:
            start = named.pop()
            return _highest([place for place in places if place.code.startswith(start)])
    return None


def _own(places: Sequence[Place], place: Place, length: int) -> int:
    """A name that is in one place only has counted itself."""
    return int(len({other.code[:length] for other in places}) == 1)


def _is_spelling(key: str, place: Place) -> bool:
    """Whether an alias is the place's own name in another spelling: `Nazca`, `Vilcashuamán`."""
    return key in ("cuzco", "nazca") or key.replace(" ", "") == fold(place.name).replace(" ", "")


def _highest(places: Sequence[Place]) -> Place:
    order = {"department": 0, "province": 1, "district": 2}
    return min(places, key=lambda place: (order[place.level], place.code))


def _level(place: Place, mention: Mention, gazetteer: Gazetteer, holders: set[Mention], city: bool) -> Place:
    """The level meant where a place and its seat share a name: a city is a district, a holder of others a province."""
    if mention.key in gazetteer.aliases and not _is_spelling(mention.key, place):
        return place
    if place.department in _CAPITAL and place.level != "district" and mention.key in ("lima", "callao"):
        if mention.cue == "department" and mention.key == "lima":
            return place if place.level == "department" else gazetteer.places[place.code[:2] + "0000"]
        return gazetteer.places[place.code[:2] + "0100"]
    seats = [p for p in gazetteer.named[fold(place.name)] if p.level == "district" and p.within(place)]
    if place.level == "department" and (mention.cue == "city" or (city and mention.cue is None)):
        return seats[0] if len(seats) == 1 else place
    if (
        place.level == "province"
        and mention.cue not in ("province", "department")
        and mention not in holders
        and len(seats) == 1
        and (place.capital is None or fold(place.capital) == fold(place.name))
    ):
        return seats[0]
    return place
