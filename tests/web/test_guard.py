"""Who gets in: hosts, origins, tokens, forms, and the headers of every answer."""

import socket
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.errors import InputError, SettingError
from web import guard
from web.app import serve

TOKEN = "una-clave-larga-de-prueba"
FORM = {"name": "Cupos", "query": "extorsión", "owner": "ana@example.org"}


def _form_token(client: TestClient) -> str:
    page = client.get("/alerts").text
    return page.partition('name="form_token" value="')[2].partition('"')[0]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8642", "", "user@127.0.0.1", "a/b"]
)
def test_a_host_that_is_not_ours_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8642", "localhost", "localhost:9999", "[::1]:8642"])
def test_loopback_names_are_ours(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/static/pututu.css", "/nothing", "/search.json", "/?q=%22x", "/api/v1/openapi.json"]
)
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert (
        "default-src 'none'" in headers["content-security-policy"]
        and "script-src" not in headers["content-security-policy"]
    )
    assert (
        "frame-ancestors 'none'" in headers["content-security-policy"]
        and "unsafe" not in headers["content-security-policy"]
    )
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"


def test_head_is_answered_as_get(client: TestClient) -> None:
    for path, status in (("/", 200), ("/search.json?q=paro", 200), ("/nothing", 404), ("/static/pututu.css", 200)):
        assert client.head(path).status_code == status


def test_elsewhere_without_a_token_set_nobody_gets_in(site: Any) -> None:
    far = site.client(address="203.0.113.9")
    assert far.get("/").status_code == 403
    assert far.get("/healthz").status_code == 200


def test_a_proxy_on_this_machine_does_not_open_the_door(site: Any) -> None:
    assert site.client(**{"x-forwarded-for": "203.0.113.9"}).get("/search.json").status_code == 403


def test_elsewhere_the_token_is_asked_for_and_taken(make_site: Callable[..., Any]) -> None:
    far = make_site(token=TOKEN).client(address="203.0.113.9")
    refused = far.get("/search.json?q=paro")
    assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
    for given in ("Bearer wrong", f"Basic {TOKEN}", "Bearer ", f"Bearer {TOKEN}x", b"Bearer \xc3\xb1"):
        assert far.get("/search.json", headers={"authorization": given}).status_code == 401
    assert far.get("/search.json", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_a_browser_is_led_to_the_form_and_back(make_site: Callable[..., Any]) -> None:
    site = make_site(token=TOKEN)
    far = site.client(address="203.0.113.9", accept="text/html")
    led = far.get("/search?q=paro")
    assert led.status_code == 303 and led.headers["location"] == "/login?next=%2Fsearch%3Fq%3Dparo"
    assert far.get(led.headers["location"]).status_code == 200
    assert far.post("/login", data={"token": "wrong", "next": "/"}).status_code == 403
    assert far.get("/search").status_code == 303
    entered = far.post("/login", data={"token": TOKEN, "next": "/search?q=paro"})
    assert entered.status_code == 303 and entered.headers["location"] == "/search?q=paro"
    assert "HttpOnly" in entered.headers["set-cookie"] and TOKEN not in entered.headers["set-cookie"]
    assert far.get("/search").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nb: c"]
)
def test_after_the_token_nobody_is_led_elsewhere(make_site: Callable[..., Any], wanted: str) -> None:
    answer = make_site(token=TOKEN).client(address="203.0.113.9").post("/login", data={"token": TOKEN, "next": wanted})
    assert answer.headers["location"] == "/"


def test_a_session_ends_and_belongs_to_its_token() -> None:
    value = guard.session(TOKEN, 1000.0)
    assert guard.session_valid(TOKEN, value, 1001.0)
    assert not guard.session_valid(TOKEN, value, 1001.0 + guard.SESSION_SECONDS)
    assert not guard.session_valid("another", value, 1001.0)
    assert not guard.session_valid("", guard.session("", 1000.0), 1001.0)
    ends, _, signature = value.partition(".")
    assert not guard.session_valid(TOKEN, f"{int(ends) + 5}.{signature}", 1001.0)
    for nonsense in ("", ".", "9" * 40 + ".x", "٣.x", "abc.def"):
        assert not guard.session_valid(TOKEN, nonsense, 1001.0)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example:8642"]
)
def test_a_form_from_another_site_is_refused(writer: TestClient, origin: str) -> None:
    token = _form_token(writer)
    answer = writer.post("/alerts", data=FORM | {"form_token": token}, headers={"origin": origin})
    assert answer.status_code == 403
    assert writer.get("/alerts.json").json() == {"alerts": []}


def test_without_an_origin_the_fetch_metadata_decide(writer: TestClient) -> None:
    token = _form_token(writer)
    for site in ("cross-site", "same-site"):
        assert (
            writer.post("/alerts", data=FORM | {"form_token": token}, headers={"sec-fetch-site": site}).status_code
            == 403
        )


def test_a_form_needs_its_own_token_and_cookie(make_site: Callable[..., Any]) -> None:
    site = make_site()
    client, other = site.client(), site.client()
    token, foreign = _form_token(client), _form_token(other)
    assert token != foreign
    for wrong in ("", "x", foreign):
        assert client.post("/alerts", data=FORM | {"form_token": wrong}).status_code == 403
    assert site.client().post("/alerts", data=FORM | {"form_token": token}).status_code == 403
    assert client.get("/alerts.json").json() == {"alerts": []}
    assert (
        client.post(
            "/alerts", data=FORM | {"form_token": token}, headers={"origin": "http://127.0.0.1:8642"}
        ).status_code
        == 303
    )


def test_the_door_stays_when_the_desk_is_switched(make_site: Callable[..., Any], tmp_path: Path) -> None:
    site = make_site(token=TOKEN)
    open_one = make_site(home=tmp_path / "demo", store=f"sqlite:///{tmp_path / 'demo' / 'x.sqlite'}", demo=True)
    site.desk.switch(open_one.desk)
    far = site.client(address="203.0.113.9")
    assert far.get("/").status_code == 401
    assert "prensa ficticia" in far.get("/", headers={"authorization": f"Bearer {TOKEN}"}).text


def test_a_door_without_a_lock_is_not_opened(site: Any) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7", "example.org"):
        with pytest.raises(SettingError, match="PUTUTU_TOKEN"):
            serve(site.desk, host, 0)


def test_a_port_in_use_is_an_error_with_its_mend(site: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="PUTUTU_BIND"):
            serve(site.desk, "127.0.0.1", taken.getsockname()[1])


def test_serve_says_when_it_listens_and_ends_when_told(site: Any) -> None:
    listens, stop, seen = threading.Event(), threading.Event(), []

    def ready(address: str) -> None:
        seen.append(address)
        listens.set()

    thread = threading.Thread(target=serve, args=(site.desk, "127.0.0.1", 0), kwargs={"ready": ready, "stop": stop})
    thread.start()
    try:
        assert listens.wait(20)
        with urllib.request.urlopen(f"{seen[0]}/healthz", timeout=10) as answer:
            assert answer.status == 200 and "uvicorn" not in str(answer.headers).lower()
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("base", "method", "more", "english", "spanish"),
    [
        ("http://evil.example", "GET", {}, "does not answer", "no responde a ese nombre. Ponga en PUTUTU_PUBLIC_URL"),
        (
            "http://127.0.0.1:8642",
            "POST",
            {"origin": "https://evil.example"},
            "another site",
            "formulario de otro sitio",
        ),
        (
            "http://127.0.0.1:8642",
            "GET",
            {"x-forwarded-for": "9.9.9.9"},
            "Only this machine",
            "Solo puede entrar esta máquina",
        ),
    ],
)
def test_a_plain_refusal_speaks_the_language_of_the_page(
    site: Any, base: str, method: str, more: dict[str, str], english: str, spanish: str
) -> None:
    said = [
        site.client(base).request(method, path, headers=more | {"accept": accept, "accept-language": wanted}).text
        for path, accept, wanted in (
            ("/alerts", "text/html", "es"), ("/alerts", "text/html", "en"), ("/alerts?lang=en", "text/html", "es"), ("/alerts.json", "*/*", "es"),
        )
    ]  # fmt: skip
    assert spanish in said[0] and all(english in one for one in said[1:])
