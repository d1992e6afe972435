"""The web application: put together from its parts, and served until it is told to stop."""

import errno
import logging
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from core.errors import InputError, SettingError
from web import (
    api,
    api_alerts,
    console,
    correcting,
    deciding,
    figures,
    ledgers,
    links,
    ops,
    pages,
    problems,
    subscribing,
)
from web.desk import Desk
from web.guard import Forms, Guard, is_loopback

GRACE_SECONDS = 5
log = logging.getLogger(__name__)


def create(desk: Desk, *, bound: str | None = None) -> FastAPI:
    """The application over a desk, for the host it is bound to (PUTUTU_BIND's unless another is given).

    FastAPI's own documentation pages are off: they would load scripts from elsewhere.
    """
    app = FastAPI(
        title="Pututu", version="1", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None, redirect_slashes=False,
        description="Monitor of Peru's news on extortion, strikes and legislation.",
    )  # fmt: skip
    app.state.forms = Forms()
    for part in (
        ops.router, api.router, api_alerts.router, console.router, subscribing.router, correcting.router, deciding.router, ledgers.router,
        links.router, figures.router, pages.router,
    ):  # fmt: skip
        app.include_router(part)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    problems.install(app)
    app.add_middleware(Guard, desk=desk, bound=bound or desk.settings.bind[0])
    return app


def serve(
    desk: Desk, host: str, port: int, *, ready: Callable[[str], None] | None = None, stop: threading.Event | None = None
) -> None:  # fmt: skip
    """Serve in this thread until SIGTERM, SIGINT or `stop`; then finish what is being answered and return.

    `ready` is called with the address once it listens (port 0 takes a free one). Raises SettingError for an address
    beyond loopback without PUTUTU_TOKEN, InputError where the port cannot be had.
    """
    refuse_open_door(desk, host)
    listening = _listen(host, port)
    stop = stop or threading.Event()
    config = uvicorn.Config(
        create(desk, bound=host), log_level="warning", access_log=False, proxy_headers=False, server_header=False, lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=5,
    )  # fmt: skip
    server = _Server(config, stop, lambda: ready and ready(_address(listening)))
    with listening, _signals(stop):
        server.run(sockets=[listening])


def refuse_open_door(desk: Desk, host: str) -> None:
    """Raises SettingError for an address beyond loopback without a token."""
    if not is_loopback(host) and not desk.settings.token:
        raise SettingError(
            f"PUTUTU_BIND: {host} can be reached from elsewhere and PUTUTU_TOKEN is not set.",
            "Set PUTUTU_TOKEN, or bind to 127.0.0.1.",
        )


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us, says when it listens, and looks at our event."""

    def __init__(self, config: uvicorn.Config, stop: threading.Event, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._stop, self._ready = stop, ready

    def capture_signals(self) -> "_Nothing":  # type: ignore[override]
        """No handlers of its own: `serve` sets them in the main thread."""
        return _Nothing()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Asked ten times a second whether to end."""
        return self._stop.is_set() or await super().on_tick(counter)


class _Nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


class _signals:
    """SIGTERM and SIGINT set the event while inside, in the main thread; the handlers from before come back after."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._before: dict[int, object] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, self._asked)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises InputError with the mend where it cannot be had."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, proto)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(128)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        mends = {
            errno.EADDRINUSE: "Another program (perhaps a Pututu that runs already) has it: stop it, or set PUTUTU_BIND to another port.",
            errno.EACCES: "Ports below 1024 need rights: set PUTUTU_BIND to another port.",
        }
        raise InputError(
            f"{host}:{port} cannot be listened on ({error.strerror or error}).",
            mends.get(error.errno or 0, "Set PUTUTU_BIND to an address of this machine."),
        ) from error
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
