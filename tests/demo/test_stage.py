"""The stage: a server that answers as real ones do, a mailbox that keeps what it accepts, and a second run that sees the same press."""

import dataclasses
import mailbox
import os
import smtplib
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.errors import InputError, SettingError
from core.settings import Settings
from crawler import catalog
from demo import pages
from demo.feeds import PRIVATE
from demo.mailbox import count, receiving
from demo.press import SLUGS, load
from demo.server import LISTINGS
from demo.settings import demo_settings
from demo.stage import press

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def get(url: str, **headers: str) -> tuple[int, bytes, str | None]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers.get("ETag")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers.get("ETag")


def mail(number: int) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "pututu@demo.example",
        "analista@example.org",
        f"Extorsión {number}",
    )
    message["Message-ID"] = f"<{number}@demo.example>"
    message.set_content(f"Línea uno\nFrom the second line on, número {number}\n")
    return message


def send(smtp: str, *messages: EmailMessage) -> None:
    parts = urlsplit(smtp)
    with smtplib.SMTP(parts.hostname or "", parts.port or 0, timeout=10) as client:
        for message in messages:
            client.send_message(message)


def test_settings_are_the_demos_own(tmp_path: Path) -> None:
    given = Settings.load({
        "PUTUTU_HOME": str(tmp_path), "PUTUTU_STORE": "postgresql://elsewhere/db", "PUTUTU_INDEX": "https://search.example:9200", "PUTUTU_INDEX_API_KEY": "k",
        "PUTUTU_SMTP": "smtp://mail.example:25", "PUTUTU_BIND": "127.0.0.1:18999", "PUTUTU_TRANSLATE": "none", "PUTUTU_PUBLIC_URL": "https://pututu.example",
        "PUTUTU_ALLOW_PRIVATE": "10.0.0.0/8",
    })  # fmt: skip
    demo = demo_settings(given, "smtp://127.0.0.1:2525")
    alone = Settings.load({"PUTUTU_HOME": str(tmp_path / "demo")})
    assert (demo.home, demo.store, demo.index) == (alone.home, alone.store, alone.index)
    assert (demo.smtp, demo.index_api_key, demo.translate) == ("smtp://127.0.0.1:2525", "", "relevant")
    assert demo.public_url == "http://127.0.0.1:18999" and demo.bind == given.bind
    assert [str(network) for network in demo.allow_private] == ["127.0.0.0/8"]
    assert demo.sources_dir == tmp_path / "demo" / "sources"
    assert parseaddr(demo.mail_from)[1] == demo.mail_from


@pytest.mark.parametrize(("bind", "url"), [(("0.0.0.0", 80), "http://127.0.0.1:80"), (("::1", 81), "http://[::1]:81")])
def test_links_lead_to_an_address_that_can_be_opened(settings: Settings, bind: tuple[str, int], url: str) -> None:
    assert demo_settings(dataclasses.replace(settings, bind=bind)).public_url == url


def test_the_server_answers_as_real_ones_do(settings: Settings) -> None:
    with press(settings, NOW) as stage:
        status, body, etag = get(stage.base_url + LISTINGS["faro"])
        assert status == 200 and body.startswith(b"<?xml") and etag
        assert get(stage.base_url + LISTINGS["faro"], If_None_Match=etag) == (304, b"", etag)
        assert get(stage.base_url + LISTINGS["faro"], If_None_Match='"other"')[0] == 200
        assert get(stage.base_url + "/faro/nada")[0] == 404
        assert f"Disallow: {PRIVATE.rsplit('/', 2)[0]}/".encode() in get(stage.base_url + "/robots.txt")[1]
        assert get(stage.base_url + LISTINGS["gaceta"] + "?idsec=1&pageSize=100&pageIndex=2")[1] == b"[]"
        assert get(stage.base_url + LISTINGS["plaza"] + "?max_id=114000000000000101")[1] == b"[]"
        for outlet in load(NOW):
            assert get(stage.base_url + f"/{outlet.slug}/")[0] == 200
            assert get(stage.base_url + pages.path(outlet.articles[0]))[0] == 200
        assert ("GET", "/faro/nada", 404) in stage.requests
    with pytest.raises(urllib.error.URLError):
        get(stage.base_url + "/")


def test_a_head_request_has_no_body(settings: Settings) -> None:
    with press(settings, NOW) as stage:
        request = urllib.request.Request(stage.base_url + "/", method="HEAD")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.read() == b"" and int(answer.headers["Content-Length"]) > 0


def test_source_files_are_read_by_the_catalog(settings: Settings) -> None:
    with press(settings, NOW) as stage:
        sources = catalog.load(stage.settings.sources_dir)
        assert set(stage.slugs) == set(SLUGS) <= set(sources)
        for outlet in load(NOW):
            source = sources[outlet.slug]
            assert source.name == outlet.name and source.delay == 0
            assert all(source.takes(stage.base_url + pages.path(article)) for article in outlet.articles)
            assert all(get(url)[0] == 200 for url in (source.home, *source.listings))
        assert sources["valles"].whole_entries and sources["plaza"].whole_entries


def test_a_second_run_sees_the_same_press(settings: Settings) -> None:
    with press(settings, NOW) as first:
        before = {slug: get(first.base_url + path)[1:] for slug, path in LISTINGS.items()}
    with press(settings, NOW + timedelta(days=40)) as second:
        assert second.base_url == first.base_url
        assert {slug: get(second.base_url + path)[1:] for slug, path in LISTINGS.items()} == before


def test_on_another_port_the_listings_keep_their_links(settings: Settings) -> None:
    with press(settings, NOW) as first:
        before = {slug: get(first.base_url + path)[1] for slug, path in LISTINGS.items()}
    with socket.create_server(("127.0.0.1", urlsplit(first.base_url).port or 0)), press(settings, NOW) as second:
        assert second.base_url != first.base_url
        assert {slug: get(second.base_url + path)[1] for slug, path in LISTINGS.items()} == before
        sources = catalog.load(second.settings.sources_dir)
        assert all(url.startswith(second.base_url) for slug in SLUGS for url in sources[slug].listings)
    with press(settings, NOW) as third:
        assert third.base_url == first.base_url


@pytest.mark.parametrize(("file", "content"), [("anchor", "ayer"), ("port", "99999"), ("port", "x")])
def test_a_spoiled_home_is_named(settings: Settings, file: str, content: str) -> None:
    folder = settings.home / "demo"
    folder.mkdir(parents=True)
    (folder / file).write_text(content, "utf-8")
    with pytest.raises(InputError, match=file), press(settings, NOW):
        pass


def test_a_home_that_cannot_be_made_is_named(settings: Settings) -> None:
    settings.home.write_text("a file", "utf-8")
    with pytest.raises(SettingError, match="PUTUTU_HOME"), press(settings, NOW):
        pass


def test_mails_are_kept_in_the_mailbox(settings: Settings) -> None:
    with press(settings, NOW) as stage:
        assert count(stage.mailbox_path) == 0
        send(stage.settings.smtp, mail(1), mail(2))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: send(stage.settings.smtp, mail(number)), range(3, 13)))
    assert count(stage.mailbox_path) == 12
    box = mailbox.mbox(stage.mailbox_path)
    assert {message["Message-ID"] for message in box} == {f"<{number}@demo.example>" for number in range(1, 13)}
    box.close()
    with press(settings, NOW) as again:
        send(again.settings.smtp, mail(13))
    assert count(again.mailbox_path) == 13


def test_a_mailbox_that_cannot_be_written_is_a_temporary_failure(tmp_path: Path) -> None:
    path = tmp_path / "mailbox.mbox"
    with receiving(path) as smtp:
        path.mkdir()
        with pytest.raises(smtplib.SMTPDataError) as caught:
            send(smtp, mail(1))
        assert caught.value.smtp_code == 451
        path.rmdir()
        send(smtp, mail(1))
    assert count(path) == 1


def test_a_reader_that_holds_the_mailbox_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "mailbox.mbox"
    reader = mailbox.mbox(path)
    reader.lock()
    with receiving(path) as smtp, ThreadPoolExecutor(1) as pool:
        sent = pool.submit(send, smtp, mail(1))
        time.sleep(0.3)
        assert not sent.done()
        reader.unlock()
        sent.result(10)
    reader.close()
    assert count(path) == 1


def test_what_a_killed_run_left_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "mailbox.mbox"
    path.write_bytes(b"From a@demo.example Wed Mar  4 15:00:00 2026\nSubject: cut\n\nhalf a li")
    lock = tmp_path / "mailbox.mbox.lock"
    lock.touch()
    os.utime(lock, (time.time() - 3600,) * 2)
    with receiving(path) as smtp:
        send(smtp, mail(1))
    assert count(path) == 2 and not lock.exists()
