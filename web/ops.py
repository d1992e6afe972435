"""For who runs it: whether the process is up, whether it can answer, and what Prometheus reads."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from core.errors import PututuError, StoreError, UnavailableError
from store import documents, frontier, stories
from web import told
from web.desk import Desk

router = APIRouter(include_in_schema=False)
Sample = tuple[dict[str, str], float]


@router.get("/healthz")
def healthz() -> Response:
    """The process is up."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """Whether store and index answer; 503 with the reasons where they do not."""
    checks = {"store": _check_store(request.state.desk), "index": _check_index(request.state.desk)}
    ready = not any(checks.values())
    return JSONResponse(
        {"ready": ready} | {name: reason or "ok" for name, reason in checks.items()}, 200 if ready else 503
    )


def _check_store(desk: Desk) -> str | None:
    try:
        with desk.store.read() as tx:
            documents.count(tx)
    except StoreError as error:
        return str(error)
    return None


def _check_index(desk: Desk) -> str | None:
    try:
        desk.index().health()
    except PututuError as error:
        return str(error)
    return None


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Gauges in Prometheus's text format."""
    desk: Desk = request.state.desk
    with desk.store.read() as tx:
        total, told_stories, addresses = documents.count(tx), stories.count(tx), frontier.counts(tx)
    lines = [
        *_gauge("pututu_documents", "Documents in the store.", [({}, total)]),
        *_gauge("pututu_stories", "Stories in the store.", [({}, told_stories)]),
        *_gauge("pututu_frontier", "Addresses by state.", [({"state": state}, n) for state, n in addresses.items()]),
        *_gauge("pututu_work", "Work by kind and state.", _work(desk)),
        *_gauge("pututu_alerts", "Alerts by state.", _counted(told.alerts(desk), "state")),
        *_gauge("pututu_sources", "Sources by status.", _counted(told.sources(desk), "status")),
        *_gauge("pututu_index_up", "Whether the index answers.", [({}, 0 if _check_index(desk) else 1)]),
        *_indexed(desk),
        *_gauge("pututu_demo", "Whether the fictional press is shown.", [({}, int(desk.demo))]),
    ]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4; charset=utf-8")


def _work(desk: Desk) -> list[Sample]:
    return [
        ({"kind": kind, "state": state}, n)
        for kind, states in told.work_summary(desk).items()
        for state, n in states.items()
    ]


def _counted(rows: Iterable[dict[str, Any]], key: str) -> list[Sample]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row[key])] = counts.get(str(row[key]), 0) + 1
    return [({key: value}, n) for value, n in sorted(counts.items())]


def _indexed(desk: Desk) -> list[str]:
    try:
        number = desk.index().health().get("documents")
    except UnavailableError:
        return []
    return (
        _gauge("pututu_index_documents", "Documents in the index.", [({}, number)]) if isinstance(number, int) else []
    )


def _gauge(name: str, help: str, samples: Iterable[Sample]) -> list[str]:
    lines = [f"# HELP {name} {help}", f"# TYPE {name} gauge"]
    for labels, value in samples:
        shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"{name}{{{shown}}} {value}" if shown else f"{name} {value}")
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
