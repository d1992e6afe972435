"""The step of the amounts: each sum of a text, and what it is (demand, payment, loss, reward, other)."""

import re
from dataclasses import dataclass, field
from typing import Any

from core.document import Payload
from enrich.reading import Field, Reading
from enrich.sums import find

VERSION = "7"


def _cue(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


_WHAT = (
    ("reward", _cue(r"recompensa\w*|rewards?|por informacion|a quien (?:de|brinde|aporte|ofrezca)|for information")),
    ("other", _cue(r"sobornos?|coimas?|sacado|bribes?|presupuesto\w*|inversion\w*|inviert\w*|invirti\w*|bonos?|multas?|sueldos?|separa(?:do|ron)|salarios?|remuneracion\w*|precio\w*|cuesta\w*|costo\w*|valorizad\w*|"
        r"incaut\w*|decomis\w*|prest(?:o|a|an|aron|aba|aban|ado)|prestamos?|destin(?:a|an|o|aron|ado|ados)|necesit\w+|mueven?|hall(?:o|aron)|encontr(?:o|aron)|en billetes|compr(?:a|an|ar|o|aron)|cost(?:ar|aba|aban)|sin aval|lotes?|gast\w+ en|creditos?|credito|deud\w*|adeud\w*|reparacion civil|transferi\w*|transferencia|fondos?|financi\w*|uit|equivalente|kilo|litro|exporta\w*|ventas|"
        r"facturaci\w*|papeletas?|peaje|alquiler|matricula|seized|budget|salary|price|fine|exports")),
    ("loss", _cue(r"quitaron|rob(?:an|o|aron|aban?|ado|ados|arle\w*)|arrebat\w+|(?:le|les|nos|me) (?:sac(?:o|aron|aba|aban|an)|vaci\w+)|sobrecostos?|desfalc\w+|malvers\w+|dejo de percibir|despoj\w+|sustra\w+|se llev(?:a|an|o|aron)|perdidas?|perdi(?:o|eron)|dejaron de ganar|perjuicios?|botin|robaron|robo|hurt\w+|asalt\w*|daños|loss|losses|lost|stole\w*|estafa\w*")),
    ("demand", _cue(r"exig\w+|exij\w+|pide|piden|pedia\w*|pedir\w*|pidio|pidieron|pidiendo\w*|pedido|reclam(?:a|an|aba|aban|o|aron)|extors\w+|demand\w*|deben abonar|cobr\w+|impon\w+|impus\w+|rebaja\w*|"
        r"fij(?:a|an|aba|aban|aron) |un plazo y un monto|told to|hand over|a cambio de|o plomo|o (?:vas|los|las|te|lo|la|si no) |ask(?:s|ed|ing)?|charg\w+|amenaz\w+|rescate|obligad[oa]s? a|obliga\w* a|pretend\w+")),
    ("payment", _cue(r"dejaban?|entregaban|se pone|repartirse|pag(?:a|an|aba|aban|o|aron|ando|amos|os?|ue|uen|aria\w*)|deposit(?:a|an|aba|aban|o|aron|ado|ados|os?)|entreg(?:a|an|o|aron|aba\w*|ado)|yape(?:a|an|aban|aron)?|mov(?:io|ieron|ia|ian)|manej(?:o|aba|aban)|gir(?:o|aban|aron)|"
        r"desembols\w+|paid|pays|takings|handed over|collected")),
)  # fmt: skip
_SPENT = _cue(r"recaud\w+|gast\w+|recog\w+|recibi\w+|contrat(?:a|an|aron) |seguridad privada")
_TO_PAY = _cue(
    r"reuni(?:r|an|eran?)|juntar|conseguir|pagar\w*|depositar\w*|entregar\w*|abonar\w*|yapear\w*|desembolsar|deposite\w*|to pay|pay"
)
_FEE = _cue(r"tarifas?|cuotas?")
_MUST = _cue(
    r"(?:deb(?:e|en|ia|ian)|(?:tien|hay|habia|tenia)\w* que) (?:dejar|poner|dar|soltar|aportar|entregar|pagar|depositar|abonar|yapear)\w*"
    r"|o (?:deposit|pag|entreg|abon|pon)\w+|cuenta (?:donde|para) depositar|(?:para|por) devolver\w*"
    r"|precio (?:de|por) (?:su|la|tu) (?:tranquilidad|vida|silencio|paz)|peaje|voz pid\w+"
)
_TAKEN = _cue(
    r"(?:le|les|nos|me) sac(?:o|aron|aba|aban|an)|(?:le|les) (?:dio|di|dieron|dimos)|aport(?:a|an|aba|aban|o|aron)"
)
_OR_ELSE = re.compile(
    r" (?:de lo contrario|si no|o (?:los|las|te|lo|la) |amenaz\w*|extors\w*|matar\w*|atent\w*|plomo|mafia\w*|banda|bandas|balas?|delincuentes?|hampones|sicari\w*|exig\w+|exij\w+|obligad\w*|obliga\w*|or (?:they|die)|threat\w*|gang\w*|extort\w*) "
)
_CUES = (
    ("demand", _MUST, 0),
    ("payment", _TAKEN, 0),
    *((what, pattern, 0) for what, pattern in _WHAT),
    ("demand", _FEE, 30),
    ("topay", _TO_PAY, 0),
    ("payment", _SPENT, 0),
)
"""What a cue says, its words, and by how many characters it is taken to be farther from a sum than it is."""
_NAMED = 0.85
"""The weight of words that name the crime: it is told of abroad too, where it is no topic."""
_BEHIND = 45
"""Characters by which a cue behind a sum is taken to be farther from it: what a sum is stands before it, as a rule."""
_RELATIVE = r" ?(?:\w+ )?,? ?(?:que|los que|las que|lo que|como) (?:\w+ )?(?:(?:le|les|nos|me|se) )?(?:hab(?:ia|ian) )?"
_CLAUSES = (
    ("demand", re.compile(_RELATIVE + r"(?:pid|ped|exig|reclam|cobr|impon|impus|demand)\w+")),
    ("loss", re.compile(_RELATIVE + r"(?:rob|perd|quit|sac|arrebat|estaf|hurt|sustra)\w+")),
    ("payment", re.compile(_RELATIVE + r"(?:pag|deposit|entreg|abon|yape|desembols|gir)\w+")),
)  # fmt: skip
"""What a clause directly behind a sum says of it, before any other cue: `entregar los tres mil soles que le pidió`."""
_FOR_A_KILLING = re.compile(
    r" ?(?:mensual(?:es)?|diarios|semanal(?:es)?|al mes|por servicio)? ?(?:por|para)"
    r" (?:disparar|matar|asesinar|balear|quemar|acabar con|colocar|lanzar|dejar (?:un|una|los|las|el|la|cart|sobre|explosiv)|contar|avisar|informar|filtrar|guardar|esconder)\w* "
)
"""A hired hand's fee, an informer's."""
_DIRECTLY = 5
"""A cue so near behind a sum says what it is: `60 mil soles de reparación civil`."""


def run(reading: Reading) -> Payload:
    """`{"amounts": [{value, currency, what, spans}]}`, one for each value and currency, in the order of the text."""
    extortion = any(topic["name"] == "extortion" for topic in reading.said["topics"]["topics"])
    extortion = extortion or any(item.hit.entry.weight >= _NAMED for item in reading.found.get("topic.extortion", ()))
    extortion = extortion or any("secuestr" in part.folded for part in reading.fields)
    meaning = _Meaning(extortion)
    items: dict[tuple[Any, str], dict[str, Any]] = {}
    for part in reading.fields:
        for value, currency, start, end in sorted(find(part, asked=extortion), key=lambda found: found[2]):
            item = items.get((value, currency))
            if item is None:
                item = items[value, currency] = {
                    "value": value, "currency": currency, "what": meaning.of(part, start, end), "spans": [],
                }  # fmt: skip
            elif item["what"] == "other":
                item["what"] = meaning.of(part, start, end)
            item["spans"].append(part.span(start, end))
    return {"amounts": list(items.values())}


@dataclass(slots=True)
class _Meaning:
    """What the words of a sentence say of the sums in it, its cues found once."""

    extortion: bool
    _cues: dict[tuple[str, int], list[tuple[str, int, int, int]]] = field(default_factory=dict)

    def of(self, part: Field, start: int, end: int) -> str:
        """What a sum is: what the cue that stands nearest says, which stands before it, as a rule."""
        clause = part.folded[end : end + 45]
        if (told := next((what for what, pattern in _CLAUSES if pattern.match(clause)), None)) and (
            self.extortion or told == "loss"
        ):
            return told
        if _FOR_A_KILLING.match(clause):
            return "other"
        best, distance = "demand" if self.extortion else "other", 10_000
        for what, first, last, farther in self._in(part, part.sentence_at(start)):
            behind = first - end
            away = farther + (start - last if behind < 0 else behind + (_BEHIND if behind > _DIRECTLY else -_DIRECTLY))
            if away < distance:
                best, distance = what, away
        if best != "topay":
            return best
        if not self.extortion:
            return "other"
        return "demand" if _OR_ELSE.search(part.sentence(start)) else "payment"

    def _in(self, part: Field, number: int) -> list[tuple[str, int, int, int]]:
        """The cues of a sentence: what each says, its start and end, and how much farther it is taken to be."""
        key = (part.name, number)
        if key not in self._cues:
            first, last = part.bounds[number]
            kinds = [
                (what, pattern, farther)
                for what, pattern, farther in _CUES
                if self.extortion or not (what == "demand" or pattern in (_SPENT, _TAKEN))
            ]
            self._cues[key] = [
                (what, *match.span(), farther)
                for what, pattern, farther in kinds
                for match in pattern.finditer(part.folded, first, last)
            ]
        return self._cues[key]
