"""El Peruano's JSON: what its own section pages load (fields `vchTitulo, vchDescripcion, URLFriendLy, dtmFecha, vchSeccion`)."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from core.time import LIMA, Moment
from crawler.markup import one_line, to_text
from crawler.platforms.entry import Entry, Listing, dated


def items(data: Any, url: str, now: datetime) -> Listing | None:
    """The news of an answer (a list, or an object holding one), or None where the data is something else."""
    rows = (
        data
        if isinstance(data, list)
        else next((value for value in data.values() if isinstance(value, list)), None)
        if isinstance(data, dict)
        else None
    )
    if not rows or not all(isinstance(row, dict) and "vchTitulo" in row and "URLFriendLy" in row for row in rows):
        return None
    return Listing(
        kind="json", language="es", entries=tuple(_entry(row, url, now) for row in rows if row["URLFriendLy"])
    )


def _entry(row: dict[str, Any], url: str, now: datetime) -> Entry:
    date = dated(str(row.get("dtmFecha") or ""), now)
    # midnight in Lima is how the portal writes a day without an hour
    moment = date.moment
    if moment is not None and moment.when.astimezone(LIMA).strftime("%H%M%S") == "000000":
        moment = Moment(moment.when, "day")
    link = urljoin(url, "/" + str(row["URLFriendLy"]).lstrip("./"))
    match = re.search(r"/noticia/(\d+)", link)
    return Entry(
        url=link,
        title=one_line(str(row["vchTitulo"] or "")),
        summary=to_text(str(row.get("vchDescripcion") or "")),
        published=moment,
        section=one_line(str(row.get("vchSeccion") or "")) or None,
        language="es",
        native_id=match[1] if match else None,
        kind="official",
        note=date.note,
    )
