"""How Elasticsearch is reached, and its errors in our words: what can be tried again, what a setting mends, what asks too much."""

import base64
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from elastic_transport import TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from core.errors import PututuError, QueryError, SettingError, StoreError, UnavailableError
from core.settings import Settings, index_hosts

ALIAS = "pututu"
REBUILD = "Run `pututu reindex`: it makes the index again from the store."
Answer = TypeVar("Answer")
READ_ONLY = (
    "Take the block away (PUT /INDEX/_settings with index.blocks.write and index.blocks.read_only_allow_delete null); "
    "Elasticsearch sets it itself when its disk is nearly full. What waits is indexed then."
)
REQUEST = 60.0  # seconds that any other may take
FIRST_ANSWER = 10.0
"""Seconds that a server may take to answer the first, small question."""
TOO_MUCH = re.compile(r"too_many_(nested_)?clauses|max_?clause|too_complex_to_determinize|[Dd]eterminizing automaton|nested clauses")  # fmt: skip


def connect(settings: Settings) -> tuple[Elasticsearch, str]:
    """The client and the alias that the settings name. Raises SettingError for what cannot be used; asks nothing yet."""
    parts = urlsplit(settings.index)
    alias = parts.path.strip("/") or ALIAS
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,99}", alias):
        raise SettingError(f"PUTUTU_INDEX: {alias!r} is no name for an alias.", "Use small letters, digits, - and _.")
    options: dict[str, Any] = {"request_timeout": REQUEST, "retry_on_timeout": True, "max_retries": 3}
    if settings.index_api_key:
        options["api_key"] = settings.index_api_key
    elif parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        options["basic_auth"] = base64.b64encode(login.encode()).decode()  # the client's own takes ASCII only
    if settings.index_ca:
        options["ca_certs"] = _authority(settings.index_ca)
    try:
        return Elasticsearch(index_hosts(settings.index), **options), alias
    except (ValueError, OSError) as error:
        raise SettingError(f"PUTUTU_INDEX cannot be used ({error}).", "Check it and PUTUTU_INDEX_CA.") from error


def _authority(file: Path) -> str:
    """The file, if it holds certificates: the client would take any, and then not connect."""
    if not file.is_file():
        raise SettingError(f"PUTUTU_INDEX_CA: there is no file {file}.", "Name the certificate authority's file.")
    try:
        ssl.create_default_context(cafile=str(file))
    except OSError as error:
        raise SettingError(
            f"PUTUTU_INDEX_CA: {file} holds no certificate ({error}).", "Name the certificate authority's file, in PEM."
        ) from error
    return str(file)


@contextmanager
def answering() -> Iterator[None]:
    """Elasticsearch's errors in our words."""
    try:
        yield
    except TlsError as error:
        raise SettingError(
            f"Elasticsearch's certificate is not accepted ({error}).",
            "Name the file of the authority that signed it in PUTUTU_INDEX_CA, and the host as the certificate does.",
        ) from error
    except TransportError as error:
        raise UnavailableError(
            f"Elasticsearch does not answer ({error}).", "Start it, or check PUTUTU_INDEX."
        ) from error
    except UnsupportedProductError as error:
        raise SettingError(
            f"What answers at PUTUTU_INDEX is no Elasticsearch ({error}).", "Name the address of one."
        ) from error
    except ApiError as error:
        raise told(error.status_code, str(error)) from error


def allowed(ask: Callable[[], Answer]) -> Answer | None:
    """The answer, None where the key may not ask this."""
    try:
        with answering():
            return ask()
    except SettingError:
        return None


def is_blocked(reason: str) -> bool:
    """Whether something forbids to write until somebody takes it away: waiting does not help."""
    return "cluster_block_exception" in reason


def told(status: int, reason: str) -> PututuError:
    """The error for a status that Elasticsearch gives a request, or one document of it, and its reason."""
    if TOO_MUCH.search(reason):
        return QueryError("The query asks more than Elasticsearch takes at once.", "Ask it in several queries.")
    if is_blocked(reason):
        return UnavailableError(f"The index in Elasticsearch is read-only: {reason[:300]}", READ_ONLY)
    if "index_closed_exception" in reason:
        return UnavailableError("The index in Elasticsearch is closed.", "Open it (POST /INDEX/_open).")
    if status in (401, 403):
        return SettingError(
            f"Elasticsearch refuses ({status}): {reason[:200]}",
            "Check PUTUTU_INDEX_API_KEY, or user and password in PUTUTU_INDEX, and their rights.",
        )
    if "No search context found" in reason:  # a point in time that was given up
        return UnavailableError(
            "Elasticsearch no longer keeps the view that was being read page by page.", "Ask again."
        )
    if status == 404:
        return StoreError("The index is not in Elasticsearch.", REBUILD)
    if status == 429:
        return UnavailableError(f"Elasticsearch is too busy (429): {reason[:200]}", "What waits is tried again.")
    return UnavailableError(f"Elasticsearch answers {status}: {reason[:300]}", "Try again; see its log.")
