"""Documents and moments for the store's tests; the store itself (on each database) is in the fixtures that all rooms share."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.document import Document, document_id
from core.urls import alias

NOW = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
DATABASES = ["sqlite", "postgresql"] if os.environ.get("TEST_POSTGRESQL_URL") else ["sqlite"]


@pytest.fixture
def now() -> datetime:
    """A Monday noon."""
    return NOW


@pytest.fixture
def later() -> Callable[[float], datetime]:
    """So many minutes after `now`."""
    return lambda minutes: NOW + timedelta(minutes=minutes)


@pytest.fixture
def make() -> Callable[..., Document]:
    """A document of our own press by its path; every field can be given."""

    def document(path: str = "nota-1", **fields: Any) -> Document:
        url = fields.pop("url", f"https://elchasqui.example/{path}")
        name = alias(url) if "://" in url else "url:" + url
        given = {
            "title": "Chóferes de Villa Lumbre anuncian paro",
            "source": "chasqui",
            "fetched": NOW,
            "aliases": (name,),
        }
        return Document(**{"id": document_id(name), "url": url, **given, **fields})

    return document
