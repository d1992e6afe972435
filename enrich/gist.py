"""An English line composed from a document's tags, for readers of English while no engine has translated it.

It says only what the steps found, in fixed words; it is labelled `tags`, so that nobody takes it for a translation.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from core.document import Payload

_SUBTYPES = {
    "cupos": "extortion payments", "gota_a_gota": "loan sharks", "chalequeo": "protection racket", "attack": "attack", "killing": "killing",
    "threat": "threats", "paro": "stoppage", "huelga": "strike", "bloqueo": "roadblock", "movilizacion": "march",
}  # fmt: skip
_MOST = 3


def line(said: Mapping[str, Payload]) -> str:
    """`Strike (ongoing), extortion: public transport; Trujillo (La Libertad); 2 killed; Ley 32108`; empty without a topic.

    `said`: what each step said of the document, by the step's name.
    """
    topics = _topics(said)
    if not topics:
        return ""
    facts = [
        _listed(str(item["name"]).replace("_", " ") for item in _items(said, "sectors")),
        _listed(map(_place, _places(_items(said, "places")))),
        _casualties(said.get("casualties", {}).get("casualties")),
        _listed(map(_amount, _items(said, "amounts"))),
        _listed(str(item["id"]) for item in _items(said, "norms")),
    ]
    told = "; ".join(fact for fact in facts if fact)
    head = topics[0].upper() + topics[1:]
    return f"{head}: {told}" if told else head


def _items(said: Mapping[str, Payload], key: str) -> list[Any]:
    return list(said.get(key, {}).get(key) or ())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(list(dict.fromkeys(filter(None, names)))[:_MOST])


def _topics(said: Mapping[str, Payload]) -> str:
    strike = said.get("strikes", {}).get("strike") or {}
    words = []
    for item in _items(said, "topics"):
        name = str(item["name"])
        subtype = str(item.get("subtype") or "").replace("_", " ")
        detail = strike.get("status") if name == "strike" else _SUBTYPES.get(str(item.get("subtype")), subtype)
        words.append(f"{name} ({detail})" if detail and detail != name else name)
    return ", ".join(words)


def _places(items: list[Any]) -> list[Any]:
    """Where it happened, if the text says so; else what it mentions."""
    return [item for item in items if item.get("role") == "event"] or items


def _place(item: Mapping[str, Any]) -> str:
    narrow = item.get("district") or item.get("province")
    department = item.get("department")
    if narrow and department and department != narrow:
        return f"{narrow} ({department})"
    return str(narrow or department or item.get("name") or "")


def _casualties(told: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{told[key]} {key}" for key in ("killed", "injured") if told.get(key)) if told else ""


def _amount(item: Mapping[str, Any]) -> str:
    value = item.get("value")
    if value is None:
        return ""
    return f"{item.get('currency') or ''} {value:,.0f}".strip() if isinstance(value, (int, float)) else str(value)
