"""What an extraction worker does with one page of the archive; apart from `extraction`, so that workers load nothing of the store."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.document import Arrival, Document
from crawler.archive import Archive
from crawler.extract import extract
from crawler.source import Source


def extract_archived(
    home: str, pointer: str, source: Source | None, slug: str, entry: Mapping[str, Any] | None, arrival: Arrival
) -> Document:
    """Read the archive, extract. `slug` stands where the source's file is gone."""
    page = Archive(Path(home)).read(pointer)
    return replace(extract(page, source=source, entry=entry, arrival=arrival), source=slug)
