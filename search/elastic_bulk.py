"""Writing Elasticsearch: in bulk, by id (twice is once), in chunks by number and bytes, with patience while it is busy.

What is wrong with one document is told of that one, and the others go in. What is wrong with the index or the server (it
is read-only, full, gone) is an error of the whole: then all of it waits, and nothing is parked that was in order. The
client's own helper is not used: it waits for a full disk as for a busy server, and tells neither from the other.
"""

import json
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from core.batches import bounded
from core.record import Record
from search.analysed import Analysed
from search.elastic_client import answering, is_blocked, told
from search.elastic_index import source

CHUNK, CHUNK_BYTES = 500, 5_000_000  # at most together; an action that is longer goes alone
RETRIES, FIRST_WAIT, LONGEST_WAIT = 8, 0.5, 30.0  # a minute and a half in all
BUSY = (429, 502, 503, 504)
ANSWER = "errors,items.*._id,items.*.status,items.*.error"
REASON = 500


@dataclass(frozen=True, slots=True)
class Action:
    """What is done to one document, as the lines of a bulk request."""

    id: str
    lines: tuple[bytes, ...]

    def size(self) -> int:
        """Bytes of the request."""
        return sum(len(line) + 1 for line in self.lines)


def put(client: Elasticsearch, index: str, records: Iterable[Record], *, alias: bool) -> dict[str, str]:
    """Index records; returns id -> reason of those that were refused. With `alias`, only through an alias that is there."""
    return _sent(client, index, map(_indexing, map(Analysed.of, records)), alias)


def delete(client: Elasticsearch, index: str, ids: Iterable[str], *, alias: bool) -> None:
    """Forget documents; unknown ids are no error."""
    _sent(client, index, (Action(id, (_line({"delete": {"_id": id}}),)) for id in ids), alias)


def _indexing(view: Analysed) -> Action:
    return Action(view.id, (_line({"index": {"_id": view.id}}), _line(source(view))))


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _sent(client: Elasticsearch, index: str, actions: Iterable[Action], alias: bool) -> dict[str, str]:
    """One chunk is on its way while the next is made; never two at once, so that a later version of a document comes later."""
    refused: dict[str, str] = {}
    patient = client.options(retry_on_status=())
    with answering(), ThreadPoolExecutor(1, "bulk") as sender:
        under_way: Future[dict[str, str]] | None = None
        for chunk in bounded(actions, CHUNK, CHUNK_BYTES, Action.size):
            if under_way:
                refused |= under_way.result()
            under_way = sender.submit(_sent_chunk, patient, index, chunk, alias)
        if under_way:
            refused |= under_way.result()
    return refused


def _sent_chunk(client: Elasticsearch, index: str, chunk: list[Action], alias: bool) -> dict[str, str]:
    """Send it, and again what a busy server put off, longer each time; id -> reason of what is refused for good."""
    refused: dict[str, str] = {}
    for attempt in range(RETRIES + 1):
        last = attempt == RETRIES
        try:
            operations: list[Any] = [line for action in chunk for line in action.lines]
            answer = client.bulk(index=index, operations=operations, require_alias=alias, filter_path=ANSWER)
        except ApiError as error:
            if last or error.status_code not in BUSY or is_blocked(str(error)):
                raise
        else:
            again = _judged(answer.get("items", ()) if answer["errors"] else (), refused, last)
            chunk = [action for action in chunk if action.id in again]
            if not chunk:
                break
        time.sleep(min(LONGEST_WAIT, FIRST_WAIT * 2**attempt))
    return refused


def _judged(items: Iterable[Mapping[str, Any]], refused: dict[str, str], last: bool) -> set[str]:
    """Sort what was not done: to be sent again (their ids), refused, or a reason to stop (raises)."""
    again: set[str] = set()
    for item in items:
        answer = next(iter(item.values()))
        status, error = int(answer["status"]), answer.get("error")
        if error is None:
            continue  # done, or to be deleted and not there
        reason = _reason(error)
        if status == 400:
            refused[str(answer["_id"])] = reason[:REASON]
        elif status in BUSY and not last and not is_blocked(reason):
            again.add(str(answer["_id"]))
        else:
            raise told(status, reason)
    return again


def _reason(error: Any) -> str:
    """Elasticsearch's words with their kind, and the cause behind them."""
    if not isinstance(error, Mapping):
        return str(error)
    cause = error.get("caused_by")
    behind = f" ({_reason(cause)})" if isinstance(cause, Mapping) else ""
    return f"{error.get('type', 'error')}: {error.get('reason', error)}{behind}"
