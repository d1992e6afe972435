"""Source files at the command line: drafted, tried offline as a diff, passed on; and the walk-through of docs/add-a-source.md on loopback."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")} | {"PYTHONPATH": str(ROOT), "PUTUTU_TRANSLATE": "none"}  # fmt: skip
LINES = ["El gremio de panaderos de Puerto Ficticio acordó en asamblea pedir al municipio una reunión antes de la feria.",
         "La vocera dijo que la propuesta fue enviada el lunes y que todavía no hubo respuesta de la oficina central.",
         "Según el acta, asistieron más de ochenta vecinos del barrio La Ribera, entre ellos los comerciantes del mercado."]  # fmt: skip
NOTE = "/2026/11/20/una-nota/"


class Press:
    """A small paper on loopback, in the place of the documentation's `midiario.example`."""

    def __init__(self) -> None:
        self.byline = "<span class='firma'>Por <a href='/autor'>Ana Luz Prado</a></span>"
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = outer.page(re.sub(r"^https?://[^/]+", "", self.path))
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def page(self, path: str) -> bytes:
        if path == "/":
            return b"<html lang='es-PE'><head><title>Mi Diario | Noticias</title><link rel='alternate' type='application/rss+xml' href='/feed/'></head><body></body></html>"
        if path == "/feed/":
            item = f"<item><title>Panaderos piden una reunión</title><link>{self.base}{NOTE}</link><pubDate>Fri, 20 Nov 2026 08:30:00 -0500</pubDate></item>"
            return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Mi Diario</title><language>es</language>{item}</channel></rss>".encode()
        if path == NOTE:
            text = "".join(f"<p>{line}</p>" for line in LINES)
            return f"<html lang='es'><head><title>Panaderos piden una reunión | Mi Diario</title><meta property='og:type' content='article'></head><body><article><h1>Panaderos piden una reunión</h1>{self.byline}{text}</article></body></html>".encode()
        return b"User-agent: *\nDisallow: /privado/\n" if path == "/robots.txt" else b""


@pytest.fixture
def press() -> Iterator[Press]:
    press = Press()
    yield press
    press.server.shutdown()
    press.server.server_close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run("sources", "test", ...)` with a home and a sources folder of this test's own."""
    (tmp_path / "fuentes").mkdir()

    def call(*arguments: str, stdin: str | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
        own = {"PUTUTU_HOME": str(tmp_path / "home"), "PUTUTU_SOURCES_DIR": str(tmp_path / "fuentes"), "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8"}  # fmt: skip
        line = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(line, input=stdin, text=True, capture_output=True, env=ENVIRON | own | extra, timeout=120, check=False)  # fmt: skip

    return call


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_walk_through_of_the_documentation_runs_as_it_is_printed(press: Press, tmp_path: Path) -> None:
    page = (ROOT / "docs/add-a-source.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.S)
    assert len(blocks) == 5
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pututu").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cli "$@"\n')
    (tmp_path / "bin/pututu").chmod(0o755)
    script = "set -e\ncd\n" + "".join(blocks).replace("https://midiario.example", press.base)
    environ = ENVIRON | {"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "PUTUTU_HOME": str(tmp_path / "home"), "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8"}  # fmt: skip
    done = subprocess.run(["/bin/sh", "-c", script], text=True, capture_output=True, env=environ, timeout=280, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "1" in lines, "one document of mi_diario is found"
    assert any(line.startswith("mi_diario: ") and line.endswith("all as expected") for line in lines)
    listed = [json.loads(line) for line in lines if line.startswith('{"slug"')]
    assert [row["own"] for row in listed if row["slug"] == "mi_diario"] == [True] and len(listed) > 80
    assert json.loads((tmp_path / "fuentes.jsonl").read_text("utf-8"))["slug"] == "mi_diario"
    assert any(line.split()[:2] == ["mi_diario", "known"] for line in lines)


def test_a_saved_page_shows_a_difference_until_the_file_is_mended(run: Run, press: Press, tmp_path: Path) -> None:
    file = tmp_path / "fuentes/mi_diario.py"
    assert run("sources", "new", press.base + "/", "--out", str(file)).returncode == 0
    kept = run("sources", "test", "mi_diario", "--save", press.base + NOTE)
    assert kept.returncode == 0 and "expected.json" in kept.stderr, kept.stderr
    expected = tmp_path / "fuentes/mi_diario/expected.json"
    row = json.loads(expected.read_text("utf-8"))
    assert row["author"] == ["Ana Luz Prado"] and row["text"] == LINES and row["listing_url"].endswith("/feed/")
    press.server.shutdown()  # from here on nothing answers: the test is offline
    assert run("sources", "test", "mi_diario").returncode == 0
    expected.write_text(json.dumps(row | {"section": "Local", "text": [*LINES, "Otra línea."]}), "utf-8")
    done = run("sources", "test", "mi_diario")
    assert done.returncode == 1 and "2 of" in done.stdout and "mi_diario" in done.stderr
    assert "- section: Local\n+ section: None\n" in done.stdout and "-   Otra línea.\n" in done.stdout and f"    {LINES[0]}\n" in done.stdout  # fmt: skip
    told = [json.loads(line) for line in run("sources", "test", "mi_diario", "--json").stdout.splitlines()]
    assert {one["field"] for one in told if not one["same"]} == {"section", "text"} and list(told[0]) == ["slug", "field", "same", "expected", "got"]  # fmt: skip
    again = run("sources", "test", "mi_diario", "--save", press.base + NOTE)
    assert again.returncode == 1 and "already there" in again.stderr


def test_the_bundled_pages_are_tried_without_a_folder_of_ones_own(run: Run) -> None:
    told = rows(run("sources", "test", "rpp", "normas_legales", "--json", PUTUTU_SOURCES_DIR=""))
    assert {row["slug"] for row in told} == {"rpp", "normas_legales"} and all(row["same"] for row in told)
    assert run("sources", "test", "rpp", "--save", "https://rpp.pe/x", PUTUTU_SOURCES_DIR="").returncode == 1
    assert run("sources", "test", "--save", "https://rpp.pe/x").returncode == 2
    wrong = run("sources", "test", "rppp")
    assert wrong.returncode == 1 and "Did you mean rpp" in wrong.stderr


def test_a_page_is_kept_only_where_it_is_one_and_robots_txt_lets_us(run: Run, press: Press, tmp_path: Path) -> None:
    run("sources", "new", press.base + "/", "--out", str(tmp_path / "fuentes/mi_diario.py"))
    for path, word in (("/privado/1", "robots.txt"), ("/nada", "404"), ("/", "no article")):
        done = run("sources", "test", "mi_diario", "--save", press.base + path)
        assert done.returncode == 1 and word in done.stderr, path
    closed = run("sources", "test", "mi_diario", "--save", press.base + NOTE, PUTUTU_ALLOW_PRIVATE="")
    assert closed.returncode == 1 and "PUTUTU_ALLOW_PRIVATE" in closed.stderr
    assert not (tmp_path / "fuentes/mi_diario").exists()
    missing = run("sources", "test", "mi_diario")
    assert missing.returncode == 1 and "--save" in missing.stderr


OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body><outline text="Carpeta">
<outline type="rss" text="La Ribera &amp; el Puerto" xmlUrl="https://ribera.example/feed" htmlUrl="https://ribera.example/"/>
<outline type="rss" text="RPP otra vez" xmlUrl="https://www.rpp.pe/rss?utm_source=x"/>
<outline type="rss" title="Sin casa" xmlUrl="https://faro.example/rss"/><outline type="rss" title="Sin casa" xmlUrl="https://otra.example/rss"/><outline text="" xmlUrl="ftp://mal.example/"/></outline></body></opml>"""


def test_an_opml_of_a_feed_reader_becomes_source_files(run: Run, tmp_path: Path) -> None:
    done = run("sources", "import", "-", "--json", stdin=OPML)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and [row["result"] for row in told] == [
        "written",
        "known",
        "written",
        "written",
        "refused",
    ]
    assert "rpp" in told[1]["reason"] and told[4]["place"].startswith("line ") and told[4]["reason"]
    assert {path.name for path in (tmp_path / "fuentes").iterdir()} == {
        "la_ribera_el_puerto.py",
        "sin_casa.py",
        "sin_casa_2.py",
    }
    listed = {row["slug"]: row for row in rows(run("sources", "list", "--json"))}
    assert listed["sin_casa"]["home"] == "https://faro.example/" and listed["sin_casa"]["grade"] == "probation"
    again = run("sources", "import", "-", stdin=OPML.replace('<outline text="" xmlUrl="ftp://mal.example/"/>', ""))
    assert again.returncode == 0 and again.stdout.count("known") == 4


def test_a_csv_needs_three_columns_and_tells_each_line(run: Run, tmp_path: Path) -> None:
    text = "name,home,feeds,delay,kind\nLa Ribera,https://ribera.example/,https://ribera.example/a https://ribera.example/b,7.5,\nMala,https://m.example/,https://m.example/f,pronto,\nRara,https://r.example/,https://r.example/f,,blog\nLarga,https://l.example/,x,1,news,de más\n"
    done = run("sources", "import", "-", "--json", stdin=text)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["result"] for row in told] == ["written", "refused", "refused", "refused"] and done.returncode == 1
    assert "delay" in told[1]["reason"] and "kind" in told[2]["reason"] and [row["place"] for row in told][:2] == ["line 2", "line 3"]  # fmt: skip
    kept = rows(run("sources", "export", "la_ribera"))[0]
    assert kept["feeds"] == ["https://ribera.example/a", "https://ribera.example/b"] and kept["delay"] == 7.5


@pytest.mark.parametrize(
    ("text", "word"),
    [("", "empty"), ("hola\nmundo\n", "header"), ("<opml/>", "xmlUrl"), ("<html><body>no", "xmlUrl")],
)
def test_a_file_that_holds_no_sources_is_told(run: Run, text: str, word: str) -> None:
    done = run("sources", "import", "-", stdin=text)
    assert done.returncode == 1 and word in done.stderr and "Traceback" not in done.stderr
    assert run("sources", "import", "-", stdin="{}", PUTUTU_SOURCES_DIR="").returncode == 1


HOSTILE = {"name": '""" + __import__("os").system("touch MARCA") + """', "home": "https://x.example/", "feeds": ["https://x.example/'\"\\f"]}  # fmt: skip


def test_what_is_taken_in_cannot_choose_a_path_or_be_code(run: Run, tmp_path: Path) -> None:
    lines = [{"slug": "../../fuera"} | HOSTILE, HOSTILE | {"slug": "hostil"}, {"name": "x"}, 7, HOSTILE | {"slug": "os", "color": "rojo"}]  # fmt: skip
    done = run("sources", "import", "-", "--json", stdin="\n".join(map(json.dumps, lines)))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["result"] for row in told] == ["refused", "written", "refused", "refused", "refused"]
    assert {path.name for path in (tmp_path / "fuentes").iterdir()} == {"hostil.py"}
    listed = {row["slug"]: row for row in rows(run("sources", "list", "--json"))}
    assert "__import__" in listed["hostil"]["name"] and not list(tmp_path.rglob("MARCA")) and not Path("MARCA").exists()


def test_what_is_exported_comes_in_again_as_it_was(run: Run, tmp_path: Path) -> None:
    for form in ("jsonl", "csv"):
        out = run("sources", "export", "--format", form)
        assert out.returncode == 0
        taken = rows(run("sources", "import", "-", "--json", stdin=out.stdout))
        assert len(taken) > 80 and {row["reason"] for row in taken} == {"the same is there"}
    own = rows(run("sources", "export", "normas_legales"))[0] | {"slug": "mis_normas", "feeds": ["https://n.example/{day:%Y%m%d}"]}  # fmt: skip
    run("sources", "import", "-", stdin=json.dumps(own))
    csv_out = run("sources", "export", "--own", "--format", "csv").stdout
    (tmp_path / "fuentes/mis_normas.py").unlink()
    assert run("sources", "import", "-", stdin=csv_out).returncode == 0
    assert rows(run("sources", "export", "--own")) == [own]
    changed = json.dumps(own | {"delay": 9})
    assert "--replace" in run("sources", "import", "-", stdin=changed).stdout
    assert run("sources", "import", "-", "--replace", stdin=changed).stdout.split()[1] == "replaced"
    assert rows(run("sources", "export", "mis_normas"))[0]["delay"] == 9
    opml = run("sources", "export", "--format", "opml").stdout
    assert rows(run("sources", "import", "-", "--json", stdin=opml)) and opml.count("xmlUrl") > 80


def test_a_source_as_its_file_works_in_the_own_folder(run: Run, tmp_path: Path) -> None:
    text = run("sources", "export", "bluesky_example", "--format", "py").stdout.replace(
        "cuenta.example", "faro.example"
    )
    assert run("sources", "export", "--format", "py").returncode == 2
    file = tmp_path / "fuentes/mi_cuenta.py"
    file.write_text(re.sub(r'    (?:status|reason)=".*",\n', "", text), "utf-8")
    listed = {row["slug"]: row for row in rows(run("sources", "list", "--json"))}
    assert listed["mi_cuenta"]["enabled"] and listed["mi_cuenta"]["own"] and not listed["bluesky_example"]["enabled"]


def test_on_and_off_and_what_is_only_listed(run: Run) -> None:
    def enabled() -> bool:
        return {row["slug"]: row["enabled"] for row in rows(run("sources", "list", "--json"))}["rpp"]

    assert enabled() and run("sources", "disable", "rpp").returncode == 0 and not enabled()
    assert run("sources", "enable", "rpp").returncode == 0 and enabled()
    done = run("sources", "enable", "la_industria")
    assert done.returncode == 1 and "did not answer in 2026-09" in done.stderr and "export la_industria" in done.stderr


def test_a_draft_is_never_written_over(run: Run, press: Press, tmp_path: Path) -> None:
    file = tmp_path / "fuentes/mi_diario.py"
    assert run("sources", "new", press.base + "/", "--out", str(file)).returncode == 0
    before = file.read_text("utf-8")
    assert run("sources", "new", press.base + "/", "--out", str(file)).returncode == 1 and file.read_text("utf-8") == before  # fmt: skip
    done = run("sources", "new", press.base + "/", "--slug", "otra")
    assert done.returncode == 0 and "SOURCE = Source(" in done.stdout
    assert run("sources", "new", press.base + "/", PUTUTU_ALLOW_PRIVATE="").returncode == 1
