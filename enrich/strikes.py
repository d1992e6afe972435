"""What a text says of a strike: its status, the guild that calls it, and its days."""

import re
from datetime import date, timedelta

from core.document import Payload
from core.time import lima_day
from enrich.reading import Field, Reading


def _words(text: str) -> list[str]:
    return text.split()


VERSION = "1"

_ENDED = re.compile(
    r" (?:levant(?:a|an|o|aron|aron el) (?:el |la |su )?(?:paro|huelga|medida|bloqueo|protesta)|(?:paro|huelga|bloqueo|protesta) (?:fue )?levantad[oa]|depus\w+|depon(?:e|en) (?:el|la|su)"
    r"|puso fin|pusieron fin|ponen fin|pone fin|termino el (?:paro|bloqueo)|acabo el (?:paro|bloqueo)|se acabo|culmin\w+ (?:el |la |su )?(?:paro|huelga|paralizacion|medida)|concluid[ao] la|concluy\w+ (?:el|la) (?:paro|huelga|paralizacion)"
    r"|finaliz\w+ (?:el |la )?(?:paro|huelga|protesta)|tras el paro|cumplieron (?:un|el) paro|libera(?:n|ron)? la|despej\w+|strike (?:ended|ends|is over)|end(?:s|ed)? (?:\w+ ){0,5}(?:strike|stoppage|walkout)|call(?:s|ed) off (?:the|their) (?:strike|stoppage|walkout|protest)|lifted (?:the|their)|(?:paro|huelga|paralizacion|protesta|bloqueo|medida) (?:\w+ ){0,6}(?:termino|culmino|finalizo|concluyo)) "
)
_SUSPENDED = re.compile(
    r" (?:suspend\w+ (?:el |la |su |temporalmente |la medida )?(?:paro|huelga|paralizacion|medida|protesta|bloqueo)|(?:paro|huelga) (?:queda |fue |quedo )?suspendid[oa]|posterg\w+ (?:el |la )?(?:paro|huelga|medida)|tregua (?:hasta|por|de)|cuarto intermedio"
    r"|desist\w+ (?:del|de la|de su) (?:paro|huelga)|(?:strike|stoppage) (?:was |is )?(?:suspended|postponed)|suspend\w+ (?:the|their) strike) "
)
_CONSIDERED = re.compile(
    r" (?:evalua(?:n|ra|ran|ria|rian|ndo)?(?: \w+){0,5} (?:paro|huelga|paralizacion|medida|bloqueo|protesta|marcha)|no descarta(?:n|ron)? (?:un |una |otro |convocar |acatar |ir a |realizar )?(?:\w+ )?(?:paro|huelga|medida)|podria(?:n)? (?:acatar|convocar|ir a|realizar|iniciar) |amenaza(?:n|ron)? con (?:un |una |acatar|ir|nuev\w+|iniciar|radicalizar)"
    r"|advierten (?:con )?(?:un |nuev\w+ )?(?:paro|huelga)|analizan|considera(?:n)? (?:un|una|otro) (?:paro|huelga)|se debate un paro|threaten\w* (?:to strike|a strike|to walk)|consider\w* (?:a |another )?strike|could strike|may strike) "
)
_ANNOUNCED = re.compile(
    r" (?:anunci\w+|convoc(?:a|an|o|aron|an a|aran|atoria|ado|ada)|llama(?:n|ron)? a|llamo a|ira(?:n)? (?:al|a la|a un) (?:paro|huelga)|acataran|parar(?:a|an) (?:el|este|por|sus|desde|mañana|en)|realizaran|iniciaran|se plegaran|no se plegaran|se sumaran|habra paro|saldran|ratific\w+|confirm\w+|programa\w+"
    r"|sera(?:n)? (?:el|por|de)|a partir del|desde el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|\d)|proximo|se alista\w*|preparan|announc\w+|called for|calls for|will (?:strike|stop|walk|hold|go on)|plan(?:s|ned)? (?:a|to)|upcoming|next (?:week|month|monday|tuesday|wednesday|thursday|friday)) "
)
_ONGOING = re.compile(
    r" (?:acata(?:n|ba|ban)|(?:lima|ciudad|transporte|region|\w+) amanec\w+|hoy para(?:n)?|esta parado|estan parados|mantiene(?:n)? (?:cerrad\w+|bloquead\w+|tomad\w+|la|el|su)|tienen cerrad\w+|cerrad[ao]s?|continua(?:n|ba)?|sigue(?:n)?|bloquean|cortan|cierran|impiden|toman|cumplen|apag(?:an|aron)|pararon|motor apagado|en curso|primer dia|segundo dia|tercer dia|dia \d+|indefinido desde"
    r"|se registra(?:n)?|has brought|launched|on strike|are striking|enter(?:s|ed) (?:its|their)|struggled to find|disrupts?|blocked|empties|paraliz(?:a|an|o|aron)) "
)
_WINDOWS = {"title": 3.0, "summary": 1.5}
_MONTHS = {
    name: i
    for i, name in enumerate(
        _words("enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre"),
        1,
    )
} | {"septiembre": 9}
_ENGLISH_MONTHS = {
    name: i
    for i, name in enumerate(
        _words("january february march april may june july august september october november december"),
        1,
    )
}
_DAYS = {name: i for i, name in enumerate(["lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"])}
_DATE = re.compile(
    rf" (?:(lunes|martes|miercoles|jueves|viernes|sabado|domingo) )?(\d{{1,2}}) de ({'|'.join(_MONTHS)})(?: (?:de|del) (20\d\d))? "
)
_ENGLISH_DATE = re.compile(rf" ({'|'.join(_ENGLISH_MONTHS)}) (\d{{1,2}})(?: (20\d\d))? ")
_NUMERIC_DATE = re.compile(r" (\d{1,2}) (\d{1,2}) (20\d\d) ")
_TODAY = re.compile(r" (?:hoy|(?:este|el) (lunes|martes|miercoles|jueves|viernes|sabado|domingo)) ")
_STRIKE_WORD = re.compile(
    r" (?:paro|paros|huelga|paralizacion|pararan|para|protesta|protestar|bloqueo|cerrada|parado|acatan|strike|apagaron|apagan|motores|pararon|marcha|van desde|cierran) "
)


def run(reading: Reading) -> Payload:
    """`{"strike": {status, guild, start, end} or None}`: only where the strike is a subject."""
    if not any(topic["name"] == "strike" for topic in reading.said["topics"]["topics"]):
        return {"strike": None}
    days = _days(reading)
    start = days[0] if days else None
    return {
        "strike": {
            "status": _status(reading, start),
            "guild": _guild(reading),
            "start": start and start.isoformat(),
            "end": None,
        }
    }


def _status(reading: Reading, start: date | None) -> str:
    """The status with the most weight: sentences near the top and near the strike's own words count more."""
    score = dict.fromkeys(("ended", "suspended", "considered", "announced", "ongoing"), 0.0)
    patterns = (
        ("ended", _ENDED, 2.6),
        ("suspended", _SUSPENDED, 2.6),
        ("considered", _CONSIDERED, 1.7),
        ("announced", _ANNOUNCED, 1.2),
        ("ongoing", _ONGOING, 1.0),
    )
    for part in reading.fields:
        for number, (start_at, _) in enumerate(part.bounds):
            sentence = re.sub(" +", " ", part.sentence(start_at)).replace(" ", "  ")
            weight = _WINDOWS.get(part.name, 1.0 / (1 + 0.25 * number)) * (
                1.0 if _STRIKE_WORD.search(sentence.replace("  ", " ")) else 0.5
            )
            if re.search(r"  (?:pid(?:e|en|io|ieron)|solicit\w+|exhort\w+|asked|urged)  ", sentence):
                weight *= 0.3
            for name, pattern, factor in patterns:
                score[name] += min(len(pattern.findall(sentence.replace("  ", " "))), 2) * weight * factor
    published = reading.document.published
    if start is not None and published is not None:
        lag = (start - lima_day(published)).days
        score["announced"] += 2.0 if lag > 0 else 0.0
        score["ongoing"] += 0.5 if lag <= 0 else 0.0
    best = max(score, key=lambda name: score[name])
    return best if score[best] > 0 else "ongoing"


def _guild(reading: Reading) -> str | None:
    """The guild named first beside the strike; any guild of the text failing that."""
    places: list[tuple[int, int, str]] = []
    order = {"title": 0, "summary": 1, "text": 2}
    parts = {part.name: part for part in reading.fields}
    for entity in reading.said["entities"]["entities"]:
        if entity["kind"] != "guild":
            continue
        for name, start, end in entity["spans"]:
            part = parts[name]
            near = bool(_STRIKE_WORD.search(part.sentence(start)))
            places.append((0 if near else 1, order[name] * 100000 + start, part.text[start:end]))
    return min(places)[2] if places else None


def _days(reading: Reading) -> list[date]:
    """The days given beside a word for the strike, the first of them first; a weekday alone counts from the publication."""
    published = reading.document.published
    today = lima_day(published) if published else None
    found: list[date] = []
    for part in reading.fields:
        for start, _ in part.bounds:
            sentence = re.sub(" +", " ", part.sentence(start))
            if _STRIKE_WORD.search(sentence):
                found.extend(_dates(sentence, today))
    if found:
        future = [day for day in found if today and day >= today]
        return future or found
    return [day for part in reading.fields if (day := _weekday(part, today))][:1]


def _dates(sentence: str, today: date | None) -> list[date]:
    found = []
    for match in _DATE.finditer(sentence):
        if sentence[: match.start() + 1].endswith((" hasta el ", " hasta ", " del pasado ")):
            continue
        found.append(_day(match[4], _MONTHS[match[3]], int(match[2]), today))
    for match in _ENGLISH_DATE.finditer(sentence):
        found.append(_day(match[3], _ENGLISH_MONTHS[match[1]], int(match[2]), today))
    for match in _NUMERIC_DATE.finditer(sentence):
        found.append(_day(match[3], int(match[2]), int(match[1]), today))
    return [day for day in found if day]


def _day(year: str | None, month: int, day: int, today: date | None) -> date | None:
    """A day without its year lies in the half year around the publication; without either it is not known."""
    try:
        if year:
            return date(int(year), month, day)
        if today is None:
            return None
        return min((date(today.year + shift, month, day) for shift in (-1, 0, 1)), key=lambda found: abs(found - today))
    except ValueError:
        return None


def _weekday(part: Field, today: date | None) -> date | None:
    if today is None:
        return None
    for start, _ in part.bounds:
        sentence = re.sub(" +", " ", part.sentence(start))
        match = _TODAY.search(sentence)
        if match and (_STRIKE_WORD.search(sentence) or " buses " in sentence):
            if match[1] is None:
                return today
            shift = (_DAYS[match[1]] - today.weekday() + 3) % 7 - 3
            return today + timedelta(days=shift)
    return None
