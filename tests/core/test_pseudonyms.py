"""Authors of posts: one pseudonym each, stable under one key, with nothing left in the row that names them."""

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.document import Document
from core.errors import StoreError
from core.licences import allows_text
from core.pseudonyms import Pseudonyms, key_in, owners
from core.record import Record

KEY = b"k" * 32
NOW = datetime(2026, 3, 10, tzinfo=UTC)


def post(**values: object) -> Record:
    fields = {
        "id": "p1", "url": "https://red.example/@ana.perez/991", "canonical_url": "https://red.example/@ana.perez/991", "title": "Cobran cupos, dice @beto@otra.example",
        "text": "Cobran cupos, dice @beto@otra.example. Vean https://red.example/@ana.perez y u/carla_9", "source": "tag_cupos", "fetched": NOW, "kind": "post",
        "author": ("ana.perez",), "aliases": ("url:https://red.example/@ana.perez/991",), "archive": "warc:1",
    } | values  # fmt: skip
    return Record(
        document=Document(**fields),
        translation={"title": "They charge, says @beto@otra.example", "text": None, "language": "en"},
    )  # type: ignore[arg-type]


def test_nothing_in_the_row_names_the_author() -> None:
    told = str(Pseudonyms(KEY).record(post()).to_json())
    assert not any(name in told for name in ("ana", "beto", "carla"))
    hidden = Pseudonyms(KEY).record(post())
    assert (
        hidden.document.url == "urn:pututu:document:p1"
        and hidden.document.canonical_url is None
        and hidden.document.archive is None
    )
    assert len(hidden.document.text) == len(post().document.text), "offsets hold"


def test_a_person_has_one_pseudonym_under_one_key() -> None:
    one, other = Pseudonyms(KEY), Pseudonyms(b"x" * 32)
    assert one.of("ana.perez") == one.of("@Ana.Perez") == one.of(" ana.perez") != one.of("beto")
    assert one.of("ana.perez") != other.of("ana.perez")
    assert one.of("u/carla_9") == one.of("/u/carla_9") == one.of("carla_9")


def test_public_accounts_keep_their_name_and_address() -> None:
    accounts = owners(
        {"https://red.example/@Ana.Perez", "https://www.video.example/user/Canal9", "https://red.example/tags/cupos"}
    )
    assert accounts == {"ana.perez", "canal9"}
    shown = Pseudonyms(KEY, accounts).record(post())
    assert shown.document.author == ("ana.perez",) and shown.document.url == post().document.url
    assert "@beto" not in shown.document.text and "@ana.perez" in shown.document.text


def test_a_post_without_an_author_has_no_address_either() -> None:
    assert Pseudonyms(KEY).record(post(author=())).document.url.startswith("urn:")


def test_articles_stay_as_they_are() -> None:
    article = post(kind="news")
    assert Pseudonyms(KEY).record(article) == article


def test_addresses_in_the_text_of_an_article_or_mail_addresses_are_not_handles() -> None:
    kept = post(text="Escriban a prensa@diario.example", title="x")
    assert Pseudonyms(KEY).record(kept).document.text == "Escriban a prensa@diario.example", "masking hides those"
    assert Pseudonyms(KEY).record(replace(kept, translation=None)).translation is None


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = key_in(tmp_path / "home")
    assert len(key) == 32 and key_in(tmp_path / "home") == key
    assert stat.S_IMODE((tmp_path / "home" / "export.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["export.key"]
    (tmp_path / "home" / "export.key").write_text("not a key")
    with pytest.raises(StoreError, match=r"export\.key"):
        key_in(tmp_path / "home")


@pytest.mark.parametrize(
    ("licence", "open"),
    [
        ("CC BY 4.0", True), ("CC-BY-SA-4.0", True), ("CC0", True), ("MIT", True), ("Dominio público (DL 822, art. 9)", True), ("ODbL", True),
        ("Creative Commons Attribution 4.0", True), ("CC BY-NC 4.0", False), ("CC BY-NC-ND", False), ("CC BY-ND 4.0", False), ("", False),
        ("Todos los derechos reservados", False), ("summit", False), ("Creative Commons", False),
    ],
)  # fmt: skip
def test_only_open_licences_let_texts_out(licence: str, open: bool) -> None:
    assert allows_text(licence) is open
