"""`pututu alerts` and `pututu canary`: what is saved, what is refused and how, what a script and what a terminal is asked."""

import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import backtest
from cli import main
from core.document import Document, document_id
from core.record import Record
from core.settings import Settings
from core.urls import alias
from search.engines import open_backend
from store import documents
from store.database import Store

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """`call("alerts", "list")` in a home of this test's own: exit code, stdout, stderr."""
    for name in [name for name in __import__("os").environ if name.startswith("PUTUTU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PUTUTU_HOME", str(tmp_path / "home"))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err

    return run


def one(url: str, title: str, days: int = 1) -> Document:
    now = datetime.now(UTC)
    return Document(
        id=document_id(alias(url)), url=url, title=title, source="faro", fetched=now, language="es", published=now - timedelta(days=days),
        published_precision="minute", published_from="metadata",
    )  # fmt: skip


def kept(given: Sequence[Document]) -> None:
    """Documents in the store and the index of the home."""
    settings = Settings.load()
    with Store.open(settings) as store, store.write() as tx:
        documents.save_many(tx, given, now=datetime.now(UTC))
    backend = open_backend(settings, write=True)
    backend.index([Record(document=document) for document in given])
    backend.flush()
    backend.close()


@pytest.fixture
def filled(call: Call) -> Call:
    """The same over a home with four documents in the index."""
    given = [
        one(f"https://faro.example/{n}", title)
        for n, title in enumerate(["Paro de buses", "Paro minero", "Huelga de maestros", "Otra cosa"])
    ]
    kept(given)
    return call


ADD = ("alerts", "add", "--owner", "ana@example.org", "--json")


def test_each_kind_is_saved_and_listed(call: Call) -> None:
    code, out, _ = call(
        *ADD, "--name", "paros", "--query", "paro", "--rhythm", "weekly", "--day", "friday", "--quiet", "22:00-07:00"
    )
    row = json.loads(out)
    assert code == 0 and (row["rhythm"], row["day"], row["quiet"], row["kind"], row["volume"]) == (
        "weekly",
        "friday",
        "22:00-07:00",
        "documents",
        None,
    )
    code, out, _ = call(
        *ADD, "--kind", "volume", "--name", "alza", "--query", "paro", "--count", "9", "--cooldown", "48"
    )
    assert json.loads(out)["volume"] == {"count": 9, "ratio": 3.0, "sources": 2, "cooldown": 48}
    assert call(*ADD, "--kind", "operator", "--name", "ops")[0] == 0
    code, out, _ = call(*ADD, "--template", "bill", "--value", "11735/2024", "--language", "en")
    assert json.loads(out)["name"] == "Bill 11735/2024-CR" and json.loads(out)["rhythm"] == "daily"
    code, out, _ = call("alerts", "edit", "alza", "--ratio", "5", "--quiet", "23:00-05:00", "--json")
    assert json.loads(out)["volume"]["ratio"] == 5.0 and json.loads(out)["volume"]["count"] == 9
    assert json.loads(call("alerts", "edit", "alza", "--quiet", "", "--json")[1])["quiet"] is None
    assert [json.loads(line)["name"] for line in call("alerts", "list", "--json")[1].splitlines()] == [
        "paros",
        "alza",
        "ops",
        "Bill 11735/2024-CR",
    ]
    assert "on friday at 07:00, quiet 22:00-07:00" in call("alerts", "show", "paros")[1]
    assert call("alerts", "templates", "--language", "en")[1].startswith(
        "freight-extortion  Extortion of freight transport"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--name", "x", "--query", "paro AND (x"), 1, "  paro AND (x\n           ^"), (("--name", "x", "--query", "NOT paro"), 1, "only excludes"),
        (("--name", "x", "--query", "*"), 1, "must occur"), (("--name", "x", "--query", "paro date:2026"), 1, "as it arrives"),
        (("--name", "a\nb", "--query", "paro"), 1, "line break"), (("--name", "x", "--query", "paro", "--at", "25:00"), 1, "no hour"),
        (("--name", "x", "--query", "paro", "--quiet", "22-7"), 1, "quiet hours"), (("--name", "x", "--query", "paro", "--channel", "fax:1"), 1, "no kind of channel"),
        (("--name", "x", "--query", "paro", "--count", "9"), 1, "kind volume"), (("--name", "x", "--kind", "operator", "--query", "paro"), 1, "no query"),
        (("--name", "x", "--query", "paro", "--day", "lunes"), 2, "monday"), (("--name", "x", "--query", "paro", "--language", "qu"), 2, "'es', 'en'"),
        (("--name", "x"), 2, "--query"), (("--query", "paro"), 2, "--name"), (("--template", "nada"), 1, "no template"),
        (("--template", "bill"), 1, "needs a bill"), (("--name", "x", "--query", "paro", "--value", "1"), 2, "--template"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_is_saved(
    call: Call, arguments: tuple[str, ...], code: int, told: str
) -> None:
    left, out, err = call(*ADD, *arguments)
    assert (left, out) == (code, "") and told in err, err
    assert call("alerts", "list")[1] == ""


def test_the_back_test_and_what_an_edit_changes(filled: Call) -> None:
    row = json.loads(filled("alerts", "test", "paro", "--json")[1])
    assert (row["total"], row["busy"], row["sources"]) == (2, False, [{"source": "faro", "count": 2}]) and len(
        row["days"]
    ) == 30
    filled(*ADD, "--name", "paros", "--query", "paro")
    row = json.loads(filled("alerts", "test", "paros", "--query", "minero OR huelga", "--json")[1])
    assert (row["kept"], row["gained"], row["lost"]) == (1, 1, 1)
    assert [one["title"] for one in row["gained_samples"]] == ["Huelga de maestros"]
    assert filled("alerts", "test", "nada", "--query", "paro")[0] == 1  # which alert?


@pytest.fixture
def surged(filled: Call) -> Call:
    """The same with thirty more quiet days and one, ten days ago, with a surge of three outlets."""
    given = [
        one(f"https://faro.example/quiet-{day}-{n}", f"Nota {n} del dia", day) for day in range(40) for n in range(6)
    ]
    given += [
        dataclasses.replace(one(f"https://faro.example/surge-{n}", f"Paro en la ruta {n}", 10), source=("faro", "ribera", "gaceta")[n % 3])
        for n in range(12)
    ]  # fmt: skip
    kept(given)
    return filled


def test_a_volume_is_back_tested_by_its_name_or_its_query(surged: Call) -> None:
    surged(*ADD, "--kind", "volume", "--name", "alza", "--query", "paro")
    code, out, _ = surged("alerts", "test", "alza", "--json")
    row = json.loads(out)
    assert code == 0 and (row["kind"], row["fired"], row["surges"][0]["sources"]) == ("volume", 1, 3)
    assert {one["source"] for one in row["surges"][0]["evidence"]} == {"faro", "ribera", "gaceta"}
    assert json.loads(surged("alerts", "test", "alza", "--count", "13", "--json")[1])["fired"] == 0
    code, out, _ = surged("alerts", "test", "paro", "--kind", "volume", "--sources", "3")
    assert code == 0 and "told 1 times" in out and "12 documents" in out and out.count("Paro en la ruta") == 3
    assert json.loads(surged("alerts", "test", "*", "--kind", "volume", "--json")[1])["query"] == "*"
    row = json.loads(surged("alerts", "test", "alza", "--query", "huelga", "--json")[1])
    assert len(row["lost"]) == 1 and row["gained"] == [] and row["kept"] == 0
    assert surged("alerts", "test", "alza", "--kind", "documents")[0] == 2
    assert surged("alerts", "test", "paro", "--count", "9")[0] == 1  # only a volume has thresholds
    surged(*ADD, "--kind", "operator", "--name", "ops")
    code, _, err = surged("alerts", "test", "ops")
    assert code == 1 and "cannot be back-tested" in err


def test_an_alert_whose_question_broke_can_be_edited(filled: Call) -> None:
    """A release took away a field: the alert was paused, and its owner is told to edit it."""
    from store.schema import alerts as table

    for name, kind in (("uno", "documents"), ("alza", "volume")):
        filled(*ADD, "--name", name, "--query", "paro", "--kind", kind)
        with Store.open(Settings.load()) as store, store.write() as tx:
            tx.execute(table.update().where(table.c.name == name).values(query="gone:x", state="paused", reason="gone"))
        code, out, err = filled("alerts", "edit", name, "--query", "huelga", "--json")
        assert code == 0 and json.loads(out)["query"] == "huelga", err
        assert filled("alerts", "resume", name)[0] == 0


def test_a_script_is_not_asked_but_told_where_it_fires_often(filled: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert filled(*ADD, "--name", "uno", "--query", "paro")[2] == ""
    monkeypatch.setattr(backtest, "BUSY", 0)
    code, out, err = filled(*ADD, "--name", "dos", "--query", "paro")
    assert code == 0 and json.loads(out)["name"] == "dos" and "more than 0 a day" in err
    assert filled(*ADD, "--name", "tres", "--query", "paro", "--yes")[2] == ""


@pytest.mark.parametrize(("answer", "saved"), [("y\n", True), ("n\n", False), ("\n", True)])
def test_a_terminal_is_shown_the_back_test_and_asked(
    filled: Call, monkeypatch: pytest.MonkeyPatch, answer: str, saved: bool
) -> None:
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    code, _, err = filled(*ADD, "--name", "uno", "--query", "paro")
    assert "2 documents" in err and "Paro minero" in err and (code == 0) is saved
    assert bool(filled("alerts", "list")[1]) is saved


def test_a_terminal_is_shown_the_back_test_of_a_volume(surged: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    code, _, err = surged(*ADD, "--kind", "volume", "--name", "alza", "--query", "paro")
    assert code != 0 and "told 1 times" in err and "Paro en la ruta" in err
    assert surged("alerts", "list")[1] == ""


def test_an_index_that_is_down_stops_nobody(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUTUTU_INDEX", "http://127.0.0.1:9")
    assert call(*ADD, "--name", "uno", "--query", "paro")[0] == 0


def test_a_canary_without_an_address_or_a_mail_server_says_so(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = call("canary", "--wait", "0")
    assert code == 1 and "PUTUTU_CANARY is not set" in err
    monkeypatch.setenv("PUTUTU_CANARY", "canario@example.org")
    code, out, err = call("canary", "--wait", "0", "--json")
    assert code == 1 and json.loads(out)["arrived"] is None and json.loads(out)["matched"] and "did not arrive" in err
    assert call("search", "*", "--count")[1].strip() == "0"
    monkeypatch.setenv("PUTUTU_CANARY_MAILBOX", "pop3://x")
    code, _, err = call("canary")
    assert code == 1 and "PUTUTU_CANARY_MAILBOX" in err and "imap://" in err


def test_a_list_without_rows_still_has_its_header(call: Call) -> None:
    for command, first in (
        (("alerts", "list"), "id,name,query"), (("alerts", "channels"), "url,state"), (("stories",), "id,size"), (("runs",), "id,kind"),
    ):  # fmt: skip
        code, out, _ = call(*command, "--csv")
        assert code == 0 and out.startswith(first) and out.count("\n") == 1, command
        assert call(*command, "--json")[1] == ""
    call(*ADD, "--name", "uno", "--query", "paro")
    for command in (("ledger", "uno"), ("mutes", "uno")):
        assert call("alerts", *command, "--csv")[1].count("\n") == 1


def test_the_header_without_rows_is_that_with_rows(call: Call) -> None:
    empty = call("alerts", "list", "--csv")[1]
    call(*ADD, "--name", "uno", "--query", "paro")
    assert call("alerts", "list", "--csv")[1].splitlines()[0] == empty.strip()


def test_all_alerts_of_an_owner_are_changed_together_or_not_at_all(call: Call) -> None:
    call(*ADD, "--name", "uno", "--query", "paro")
    call(*ADD, "--name", "dos", "--query", "huelga", "--rhythm", "daily")
    call("alerts", "add", "--name", "uno", "--query", "paro", "--owner", "bea@example.org")
    owner = ("alerts", "owner", "ana@example.org", "--json")
    code, out, _ = call(
        *owner,
        "--quiet",
        "22:00-07:00",
        "--language",
        "en",
        "--channel",
        "mailto:ana@example.org",
        "--channel",
        "feed:",
    )
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and [row["name"] for row in rows] == ["uno", "dos"]
    assert all((row["quiet"], row["language"], row["channels"]) == ("22:00-07:00", "en", ["mailto:ana@example.org", "feed:"]) for row in rows)  # fmt: skip
    others = [json.loads(line) for line in call("alerts", "list", "--json")[1].splitlines()][2]
    assert (others["quiet"], others["language"], others["channels"]) == (None, "es", ["mailto:bea@example.org"])
    code, _, err = call(*owner, "--quiet", "", "--channel", "https://8.8.8.8:0/")
    assert code == 1 and "port 0" in err
    code, _, err = call(*owner, "--owner", "bea@example.org")  # who has an alert of that name: none moves
    assert code == 1 and "named 'uno'" in err
    assert [json.loads(line)["quiet"] for line in call(*owner)[1].splitlines()] == ["22:00-07:00"] * 2
    assert json.loads(call(*owner, "--quiet", "")[1].splitlines()[0])["quiet"] is None
    code, _, err = call("alerts", "owner", "nadie@example.org")
    assert code == 1 and "has no alert" in err
