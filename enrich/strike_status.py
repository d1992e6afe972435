"""Whether a strike is announced, under way, suspended, over or only considered, weighed from what its sentences say.

Each sentence near the strike's own words gives what its verbs say, the title most, and what is denied (`no habrá paro`,
`no levantarán el bloqueo`) or asked for (`pide levantar el paro`) is read before what is said. A strike that is called off, put
off or denied is `suspended`: it is not held. All words of those sentences are weighed beside (`enrich.classifier`).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from core.time import lima_day
from enrich import classifier
from enrich.reading import Field, Reading
from enrich.strike_cues import CUES, DENIED, LIKELY, STRIKE

STATUSES = ("ended", "suspended", "considered", "announced", "ongoing")
_WINDOWS = {"title": 3.0, "summary": 1.5}
NEAR = re.compile(
    rf" (?:{STRIKE}|pararan|paran|para|parar|paramos|protestar|protestan|cerrad[ao]|parado|acatan|acataran|stop|strike|stoppage|walkout|apagaron|apagan|motores|pararon|marchan|van desde|cierran|bloquean|toman|atenderan) "
)
_YESTERDAY = re.compile(r" (?:ayer|anoche|pasado|yesterday|last night) ")
_DONE = re.compile(
    r" (?:recorrieron|caminaron|se retiraron|entregaron un memorial|encendieron velas|marcharon|protestaron|bloquearon|tomaron|acataron|cumplieron|se concentraron|paralizaron|realizaron|cerraron|salieron|llegaron|se enfrentaron|marched|protested|blocked) "
)
_GOES_ON = re.compile(
    r" (?:indefinid\w+|contin\w+|sig(?:ue|uen|uieron)|mantien\w+|permanec(?:e|en)|segundo dia|tercer dia|prosig\w+|por \w+ dia|no se mover\w+|hasta que) "
)
_FAR = 22
"""Sentences of a text that are read for the status."""
CUED, FEW_CUES = 4.0, 12.0
"""Log-odds that the verbs' cues are worth where all of them say one thing, and the weight of cues that are worth half of it beside a
text of many signs; of few signs, cues are believed sooner. Three quarters of either, or a quarter more, do alike on rows left out."""


def status(reading: Reading, start: date | None) -> str:
    """The status with the most weight; `start` is the day that the text gives for the strike, if it does."""
    score = dict.fromkeys(STATUSES, 0.0)
    told = list(_sentences(reading))
    for part, number, sentence, near in told:
        weight = _WINDOWS.get(part.name, 1.0 / (1 + 0.25 * number)) * (1.0 if near else 0.5)
        for name, factor, count in _said(sentence):
            score[name] += min(count, 1 if part.name == "title" else 2) * factor * weight
    score["ended"] += _is_told_as_done(reading)
    published = reading.document.published
    if start is not None and published is not None:
        lag = (start - lima_day(published)).days
        score["announced"] += 2.0 if lag > 0 else 0.0
        score["ongoing"] += 0.5 if lag <= 0 else 0.0
    if not any(score.values()):
        score["ongoing"] = 1.0  # a strike of which nothing else is told is under way
    weighed = classifier.load("status").weigh(*_heard(told))
    cued = CUED / weighed.trust / (FEW_CUES * weighed.trust**4 + sum(score.values()))
    return max(STATUSES, key=lambda name: weighed.trust * weighed.odds[f"status.{name}"] + cued * score[name])


def heard(reading: Reading) -> tuple[list[str], list[str]]:
    """What is weighed: the words of the title, the first sentences and those near the strike's own words; those of the title and the first sentence."""
    return _heard(_sentences(reading))


def _heard(told: Iterable[tuple[Field, int, str, bool]]) -> tuple[list[str], list[str]]:
    words: list[str] = []
    first: list[str] = []
    for part, number, sentence, near in told:
        titled = part.name == "title"
        if near or number < 2 or titled:
            said = DENIED.sub(" ", sentence).split()
            words += [*said, classifier.BREAK]
            if titled or number == 0:
                first += said
    return words, first


def _sentences(reading: Reading) -> Iterator[tuple[Field, int, str, bool]]:
    """The sentences that are read, with field, number, and whether the strike's own words stand there."""
    for part in reading.fields:
        for number, (position, _) in enumerate(part.bounds[:_FAR]):
            sentence = part.sentence(position)
            near = bool(NEAR.search(sentence))
            if near or number <= 3:
                yield part, number, sentence, near


def _is_told_as_done(reading: Reading) -> float:
    """The weight of a lead that tells what was done yesterday, where nothing at the top says that it goes on."""
    top = [part.sentence(start) for part in reading.fields for start, _ in part.bounds[:3]]
    done = any(_DONE.search(sentence) and _YESTERDAY.search(sentence) for sentence in top)
    return 3.5 if done and not any(_GOES_ON.search(sentence) for sentence in top) else 0.0


def _said(sentence: str) -> list[tuple[str, float, int]]:
    """Each status that a sentence speaks for, with weight and number of times. What one cue has read is taken out before the next."""
    found = []
    for number in LIKELY.open(sentence):
        name, factor, pattern = CUES[number]
        sentence, count = pattern.subn(" # ", sentence)
        if count and name:
            found.append((name, factor, count))
    return found
