"""What a mail says, in the languages an owner may read: Spanish and English. One table, so that neither lags behind."""

import re
from collections.abc import Mapping

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What breaks a line or cannot be printed or encoded: no name and no line of a mail has any."""

ES: Mapping[str, str] = {
    "alert": "Alerta",
    "subject_one": "[Pututu] {name}: 1 noticia",
    "subject_many": "[Pututu] {name}: {n} noticias",
    "subject_notice": "[Pututu] {name}: alerta en pausa",
    "entries_one": "1 noticia",
    "entries_many": "{n} noticias",
    "documents_one": "1 documento",
    "documents_many": "{n} documentos",
    "part": "correo {part} de {parts}",
    "also": "También lo cuenta:",
    "undated": "sin fecha",
    "late": "llegó con retraso",
    "place": "Lugar",
    "topic": "Tema",
    "translation": "Traducción",
    "composed": "Según sus etiquetas",
    "matched": "Coincide",
    "in_title": "titular",
    "in_summary": "resumen",
    "in_text": "texto",
    "in_translation.title": "titular traducido",
    "in_translation.summary": "resumen traducido",
    "in_translation.text": "texto traducido",
    "by_tags": "las etiquetas y los datos del documento",
    "in_pututu": "En Pututu",
    "article": "Artículo",
    "counted_backfill_one": "Además coincide 1 documento traído del pasado; no se detalla.",
    "counted_backfill_many": "Además coinciden {n} documentos traídos del pasado; no se detallan.",
    "counted_import_one": "Además coincide 1 documento importado; no se detalla.",
    "counted_import_many": "Además coinciden {n} documentos importados; no se detallan.",
    "counted_translation_one": "Además coincide 1 documento por una traducción que llegó más de una semana después.",
    "counted_translation_many": "Además coinciden {n} documentos por traducciones que llegaron más de una semana después.",
    "see_all": "Todos",
    "question": "Pregunta",
    "checked_one": "Desde el envío anterior se revisó 1 documento para esta alerta.",
    "checked_many": "Desde el envío anterior se revisaron {n} documentos para esta alerta.",
    "pause": "Para pausarla: pututu alerts pause {id}, o en la página",
    "masked": "Teléfonos, cuentas, documentos de identidad y placas se ocultan con •.",
    "notice": "La alerta «{name}» está en pausa: su pregunta ya no se puede hacer.",
    "notice_reason": "Motivo",
    "notice_mend": 'Para corregirla: pututu alerts edit {id} --query "..." y después pututu alerts resume {id}',
    "notice_kept": "La alerta, sus aciertos y sus envíos se conservan. Mientras esté en pausa no revisa lo que llega.",
}
EN: Mapping[str, str] = {
    "alert": "Alert",
    "subject_one": "[Pututu] {name}: 1 news item",
    "subject_many": "[Pututu] {name}: {n} news items",
    "subject_notice": "[Pututu] {name}: alert paused",
    "entries_one": "1 news item",
    "entries_many": "{n} news items",
    "documents_one": "1 document",
    "documents_many": "{n} documents",
    "part": "mail {part} of {parts}",
    "also": "Also told by:",
    "undated": "no date",
    "late": "arrived late",
    "place": "Place",
    "topic": "Topic",
    "translation": "Translation",
    "composed": "From its tags",
    "matched": "Matched",
    "in_title": "headline",
    "in_summary": "summary",
    "in_text": "text",
    "in_translation.title": "translated headline",
    "in_translation.summary": "translated summary",
    "in_translation.text": "translated text",
    "by_tags": "the document's tags and facts",
    "in_pututu": "In Pututu",
    "article": "Article",
    "counted_backfill_one": "1 document fetched from the past matches as well; it is not listed.",
    "counted_backfill_many": "{n} documents fetched from the past match as well; they are not listed.",
    "counted_import_one": "1 imported document matches as well; it is not listed.",
    "counted_import_many": "{n} imported documents match as well; they are not listed.",
    "counted_translation_one": "1 document matches as well by a translation that came more than a week later.",
    "counted_translation_many": "{n} documents match as well by translations that came more than a week later.",
    "see_all": "All of them",
    "question": "Question",
    "checked_one": "1 document was checked for this alert since its last mail.",
    "checked_many": "{n} documents were checked for this alert since its last mail.",
    "pause": "To pause it: pututu alerts pause {id}, or on the page",
    "masked": "Phone, account, identity and plate numbers are hidden with •.",
    "notice": "The alert “{name}” is paused: its question can no longer be asked.",
    "notice_reason": "Reason",
    "notice_mend": 'To mend it: pututu alerts edit {id} --query "..." and then pututu alerts resume {id}',
    "notice_kept": "The alert, its hits and its mails are kept. While it is paused it checks nothing that arrives.",
}
TABLES: Mapping[str, Mapping[str, str]] = {"es": ES, "en": EN}

TOPICS: Mapping[str, Mapping[str, str]] = {
    "es": {"extortion": "extorsión", "strike": "paro o huelga", "legislation": "legislación"},
    "en": {"extortion": "extortion", "strike": "strike", "legislation": "legislation"},
}


def say(language: str, key: str, n: int | None = None, **values: object) -> str:
    """The text for a key in a language; with `n`, its singular or plural form."""
    if n is None:
        return TABLES[language][key].format(**values)
    return TABLES[language][f"{key}_one" if n == 1 else f"{key}_many"].format(n=n, **values)


def topic(language: str, name: str) -> str:
    """A topic's name as a reader says it; a name that is not in the table stays as it is."""
    return TOPICS[language].get(name, name)
