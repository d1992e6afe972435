"""Models: fetched, checked, converted, loaded, run. The models are tiny, with random weights made here; the code is the real one."""

import dataclasses
import io
import json
import os
import shutil
import stat
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bench.random_marian import archive, hub_folder, zipped
from core.errors import InputError, PututuError, UnavailableError
from core.settings import Settings
from enrich import models
from enrich.apertium import Apertium
from enrich.engines import folders, headers, huggingface
from enrich.engines.ctranslate import use_wide_vectors
from enrich.engines.fetching import unpack
from enrich.engines.languages import Languages
from enrich.engines.pulling import OPUS_MT_URL, Wish, check, pull
from enrich.lexicon import load
from enrich.models import choose, chosen
from enrich.protecting import protector
from enrich.steps import build

pytest.importorskip("ctranslate2", reason="the extra `translation` is not installed")
NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
needs_torch = pytest.mark.skipif(not huggingface.installed(), reason="transformers and torch are not installed")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked OPUS-MT archive."""
    return archive(tmp_path_factory.mktemp("raw") / "opus")


@pytest.fixture(scope="module")
def published(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a zip file."""
    return zipped(raw, tmp_path_factory.mktemp("zip") / "opus.zip")


@pytest.fixture(scope="module")
def ready(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the model pulled from the archive."""
    home = tmp_path_factory.mktemp("ready")
    pull(Wish(origin=str(published), name="opus-mt-es-en"), Settings.load({"PUTUTU_HOME": str(home)}), NOW)
    return home


@pytest.fixture
def copied(raw: Path, tmp_path: Path) -> Path:
    """An unpacked archive to spoil."""
    return Path(shutil.copytree(raw, tmp_path / "copied"))


def wished(settings: Settings, origin: Path | str, **more: Any) -> Any:
    return pull(Wish(origin=str(origin), name="made", **more), settings, NOW)


def nothing_is_kept(settings: Settings) -> bool:
    models_folder = folders.models_folder(settings)
    return not models_folder.exists() or not any(models_folder.iterdir())


def test_an_archive_becomes_a_model_with_its_record(ready: Path, published: Path) -> None:
    settings = Settings.load({"PUTUTU_HOME": str(ready)})
    (folder,) = folders.found(folders.models_folder(settings))
    assert (folder.name, folder.kind, folder.problem) == ("opus-mt-es-en", "ctranslate2", "")
    assert folder.record["sha256"] == folders.sha256(published)
    assert folder.record["origin"] == str(published)
    assert folder.record["licence"] == "Creative Commons Attribution 4.0 International"
    assert {"model.bin", "source.spm", "target.spm", "shared_vocabulary.json"} <= set(folder.record["files"])
    told = json.loads((folder.path / "config.json").read_text("utf-8"))
    assert told["add_source_eos"] is True
    result = check(folder)
    assert result["good"] and result["english"]
    row = next(row for row in models.rows(settings) if row["name"] == folder.name)
    assert (row["engine"], row["usable"], row["chosen"]) == ("opus-mt", True, True)


def test_a_pulled_model_translates_documents(ready: Path, document) -> None:
    settings = Settings.load({"PUTUTU_HOME": str(ready), "PUTUTU_TRANSLATE": "all"})
    chain = build(settings)
    outcome = chain.run(document("El paro del 14 de mayo en Los Olivos", "El bus en la calle.\n\nRige la Ley 32108."))
    assert outcome.errors == {}
    made = next(a.payload["translation"] for a in outcome.annotations if a.step == "translate")
    assert made["engine"] == "opus-mt"
    assert all(part in made["title"] for part in ("strike", "14", "Los Olivos"))
    assert made["text"].count("\n\n") == 1 and "32108" in made["text"]
    chain.close()


@pytest.mark.parametrize(
    ("flags", "wanted", "asked"),
    [
        ("fpu avx2 avx512f avx512cd avx512vl avx512bw avx512dq avx512_vnni", None, "AVX512"),
        ("fpu avx2 avx512f avx512cd avx512vl avx512bw avx512dq avx512_vnni", "AVX2", "AVX2"),
        ("fpu avx2 avx512f avx512cd avx512vl avx512bw avx512dq", None, None),
        ("", None, None),
    ],
)
def test_wide_vectors_are_asked_for_where_they_make_faster(
    flags: str, wanted: str | None, asked: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor\t: 0\nflags\t\t: {flags}\n" if flags else "")
    monkeypatch.setattr("enrich.engines.ctranslate._CPUINFO", told)
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", wanted or "")
    if not wanted:
        monkeypatch.delenv("CT2_FORCE_CPU_ISA")
    use_wide_vectors()
    assert os.environ.get("CT2_FORCE_CPU_ISA") == asked
    told.unlink()
    use_wide_vectors()


def test_translations_do_not_hang_on_the_batch(ready: Path) -> None:
    engine = choose(Settings.load({"PUTUTU_HOME": str(ready)}), protector(load()), "opus-mt")
    assert engine is not None
    texts = ["El paro y la ley.\n\nEl bus en la calle. La mina.", "", "El sol. " * 40, "El río."]
    together = engine.translate(texts)
    assert together == [engine.translate([text])[0] for text in texts]
    assert together[1] == ""
    engine.close()


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "folder in zip", "directory"])
def test_other_shapes_of_the_same_model(kind: str, raw: Path, tmp_path: Path, settings: Settings) -> None:
    origin = tmp_path / "opus.archive"
    if kind == "directory":
        origin = raw
    elif kind == "folder in zip":
        with zipfile.ZipFile(origin, "w") as pack:
            for file in raw.iterdir():
                pack.write(file, f"opus-mt/{file.name}")
    else:
        with tarfile.open(origin, "w:gz" if kind == "tar.gz" else "w") as pack:
            pack.add(raw, "opus-mt")
    folder = wished(settings, origin)
    assert folder.problem == "" and check(folder)["good"]
    assert folder.record["sha256"] == (None if kind == "directory" else folders.sha256(origin))


def test_a_made_folder_can_be_pulled_elsewhere_offline(ready: Path, settings: Settings) -> None:
    folder = wished(settings, ready / "models" / "opus-mt-es-en")
    assert folder.kind == "ctranslate2" and check(folder)["good"]


def member(name: str, data: bytes = b"x", mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.file_size = len(data)
    return info


@pytest.mark.parametrize(
    "name", ["../model.npz", "/etc/passwd", "a/../../decoder.yml", "..\\model.npz", "C:decoder.yml"]
)
def test_an_archive_with_a_path_outside_is_refused_whole(
    name: str, published: Path, tmp_path: Path, settings: Settings
) -> None:
    bad = tmp_path / "bad.zip"
    shutil.copyfile(published, bad)
    with zipfile.ZipFile(bad, "a") as pack:
        pack.writestr(member(name), b"x")
    with pytest.raises(InputError, match="leads outside"):
        wished(settings, bad)
    assert nothing_is_kept(settings)
    assert not (tmp_path / "model.npz").exists()


def test_links_and_devices_in_archives_are_refused(tmp_path: Path, settings: Settings) -> None:
    zip_link = tmp_path / "link.zip"
    with zipfile.ZipFile(zip_link, "w") as pack:
        pack.writestr(member("source.spm", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")
    tars = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
        tars.append(tmp_path / f"link{kind.decode()}.tar")
        with tarfile.open(tars[-1], "w") as pack:
            info = tarfile.TarInfo("source.spm")
            info.type, info.linkname = kind, "/etc/passwd"
            pack.addfile(info)
    for bad in (zip_link, *tars):
        with pytest.raises(InputError, match="is a link or a device"):
            wished(settings, bad)
    assert nothing_is_kept(settings)


def test_only_a_models_files_are_taken_out(published: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.zip"
    shutil.copyfile(published, more)
    with zipfile.ZipFile(more, "a") as pack:
        for name in ("run.sh", "evil.py", "a/b/c/decoder.yml", "pickle.pkl"):
            pack.writestr(name, "x")
    (tmp_path / "out").mkdir()
    unpack(more, tmp_path / "out")
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "decoder.yml", "opus.npz", "opus.spm32k-spm32k.vocab.yml", "source.spm", "target.spm", "README.md", "LICENSE",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda raw: (raw / "opus.npz").unlink(), "lacks opus.npz"),
        (lambda raw: (raw / "source.spm").unlink(), "half there: it lacks source.spm"),
        (lambda raw: (raw / "source.spm").write_bytes(b""), "empty source.spm"),
        (lambda raw: (raw / "source.spm").write_bytes(b"no model of pieces"), "source.spm is no SentencePiece model"),
        (lambda raw: (raw / "source.spm").write_bytes(b"\nno model of pieces"), "cannot be loaded"),
        (lambda raw: (raw / "target.spm").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "target.spm is a Git LFS pointer"),
        (lambda raw: (raw / "target.spm").write_bytes(b"<!DOCTYPE html><p>404"), "target.spm is a page of the web"),
        (lambda raw: (raw / "decoder.yml").unlink(), "lacks decoder.yml"),
        (lambda raw: (raw / "decoder.yml").write_text("a: [", "utf-8"), "cannot be read"),
        (lambda raw: (raw / "decoder.yml").write_text("- 1", "utf-8"), "names no model"),
        (lambda raw: (raw / "decoder.yml").write_text("models: [/etc/passwd]\nvocabs: [a.yml, b.yml]", "utf-8"), "no file of the archive"),
        (lambda raw: (raw / "decoder.yml").write_text("models: [../opus.npz]\nvocabs: [a.yml, b.yml]", "utf-8"), "no file of the archive"),
        (lambda raw: (raw / "opus.npz").write_bytes((raw / "opus.npz").read_bytes()[:5_000]), "holds no weights"),
        (lambda raw: (raw / "opus.spm32k-spm32k.vocab.yml").write_text("no: vocabulary: at all\n", "utf-8"), "cannot be converted"),
        (lambda raw: [(raw / f"{side}.spm").rename(raw / f"{side}.bpe") for side in ("source", "target")], "subword-nmt"),
    ],
)  # fmt: skip
def test_what_is_half_there_or_damaged_says_so_and_leaves_nothing(
    spoil: Any, reason: str, copied: Path, tmp_path: Path, settings: Settings
) -> None:
    spoil(copied)
    for origin in (copied, zipped(copied, tmp_path / "spoiled.zip")):
        with pytest.raises(PututuError, match=reason):
            wished(settings, origin)
    assert nothing_is_kept(settings)


def test_another_kind_of_network_says_so(copied: Path, settings: Settings) -> None:
    import numpy

    weights = dict(numpy.load(copied / "opus.npz"))
    config = bytes(weights["special:model.yml"]).replace(b"type: transformer", b"type: amun       ")
    weights["special:model.yml"] = numpy.frombuffer(config, "int8")
    numpy.savez(copied / "opus.npz", **weights)
    with pytest.raises(InputError, match="type must be 'transformer'"):
        wished(settings, copied)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "holds no file of a model"),
        ({"config.json": '{"model_type": "llama"}', "model.safetensors": "x", "tokenizer.json": "{}"}, "type llama, which translates nothing"),
        ({"config.json": '{"model_type": "marian"}', "vocab.json": "{}"}, "lacks its weights"),
        ({"config.json": "[1]"}, "is no configuration"),
        ({"config.json": "{"}, "cannot be read"),
        ({"config.json": '{"model_type": "marian"}', "model.safetensors": "x", "source.spm": "x", "target.spm": "x"}, "lacks vocab.json"),
        ({"config.json": '{"model_type": "t5"}', "model.safetensors": "x"}, "lacks its tokenizer"),
        ({"config.json": '{"model_type": "t5"}', "model.safetensors.index.json": '{"weight_map": {"a": "model-00001-of-00002.safetensors"}}'}, "lacks model-00001"),
        ({"model.bin": "x", "vocabulary.json": "[]"}, "language model, which translates nothing"),
        ({"model.bin": "x", "source.spm": "x", "target.spm": "x"}, "lacks its vocabulary"),
        ({"model.bin": "x", "shared_vocabulary.json": "[]", "source.spm": "x"}, "lacks target.spm"),
        ({"README.md": "x"}, "holds no model that is known"),
    ],
)  # fmt: skip
def test_a_directory_of_the_wrong_kind(files: dict[str, str], reason: str, tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    with pytest.raises(InputError, match=reason):
        wished(settings, folder)
    assert nothing_is_kept(settings)


def test_a_broken_model_in_the_home_is_told_and_another_engine_taken(
    ready: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, document
) -> None:
    folder = Path(
        shutil.copytree(ready / "models" / "opus-mt-es-en", folders.models_folder(settings) / "opus-mt-es-en")
    )
    (folder / "target.spm").unlink()
    (broken,) = folders.found(folders.models_folder(settings))
    assert "target.spm" in broken.problem
    assert not check(broken)["good"]
    monkeypatch.setattr(Apertium, "installed", staticmethod(lambda *_: True))
    found = chosen(settings)
    assert found is not None and found.name == "apertium"
    monkeypatch.setattr(Apertium, "installed", staticmethod(lambda *_: False))
    assert chosen(settings) is None
    with pytest.raises(UnavailableError, match=r"target\.spm"):
        chosen(settings, "opus-mt")


def test_a_model_that_does_not_load_costs_no_document(ready: Path, settings: Settings, document) -> None:
    folder = Path(shutil.copytree(ready / "models" / "opus-mt-es-en", folders.models_folder(settings) / "hand-copied"))
    (folder / folders.RECORD).unlink()  # as one who copied it by hand
    data = bytearray((folder / "model.bin").read_bytes())
    data[4:-4] = data[4:-4].replace(
        b"TransformerSpec", b"TransmutterSpec"
    )  # whole by its table, of no kind that is known
    (folder / "model.bin").write_bytes(data)
    chain = build(dataclasses.replace(settings, translation="opus-mt", translate="relevant"))
    outcome = chain.run(document("Choferes acatan paro en Trujillo"))
    assert list(outcome.errors) == ["translate"]
    assert "cannot be loaded" in outcome.errors["translate"]
    made = next(a.payload["translation"] for a in outcome.annotations if a.step == "translate")
    assert made["engine"] == "tags"
    (one,) = folders.found(folders.models_folder(settings))
    assert "cannot be loaded" in check(one)["problem"]


@pytest.mark.parametrize(
    ("name", "spoil", "reason"),
    [
        ("model.bin", lambda data: data[: len(data) // 2], "broke off"),
        ("model.bin", lambda data: b"\xff" * 4 + data[4:], "no CTranslate2 model"),
        ("model.bin", lambda _: b"no model", "no CTranslate2 model"),
        ("model.bin", lambda _: b"no", "broke off or is no model"),
        ("model.bin", lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS pointer"),
        ("source.spm", lambda data: b"x" + data, "no SentencePiece model"),
    ],
)  # fmt: skip
def test_a_spoilt_copy_is_known_before_it_is_chosen(
    name: str, spoil: Any, reason: str, ready: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(ready / "models" / "opus-mt-es-en", folders.models_folder(settings) / "hand-copied"))
    (folder / folders.RECORD).unlink()
    monkeypatch.setattr(Apertium, "installed", staticmethod(lambda *_: True))
    whole = chosen(settings)
    assert whole is not None and whole.name == "opus-mt"
    (folder / name).write_bytes(spoil((folder / name).read_bytes()))
    (one,) = folders.found(folders.models_folder(settings))
    assert reason in one.problem and name in one.problem
    found = chosen(settings)
    assert found is not None and found.name == "apertium"


def test_a_safetensors_file_is_measured_by_its_header(tmp_path: Path) -> None:
    header = json.dumps(
        {"__metadata__": {"a": "b"}, "w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    ).encode()
    file = tmp_path / "model.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 8)
    assert headers.problem(file) == ""
    file.write_bytes(file.read_bytes()[:-1])
    assert headers.problem(file) == "broke off"
    file.write_bytes(b"\xff" * 100)
    assert headers.problem(file) == "broke off or is no model"


def test_changed_bytes_are_found_by_check(ready: Path, settings: Settings) -> None:
    folder = Path(shutil.copytree(ready / "models" / "opus-mt-es-en", folders.models_folder(settings) / "changed"))
    data = bytearray((folder / "model.bin").read_bytes())
    data[-100] ^= 0xFF
    (folder / "model.bin").write_bytes(data)
    (one,) = folders.found(folders.models_folder(settings))
    assert one.problem == ""
    assert "model.bin" in check(one)["problem"]


def test_names_and_hashes(published: Path, settings: Settings) -> None:
    for name in ("../x", ".x", "a/b", "a b"):
        with pytest.raises(InputError, match="no name of a model"):
            pull(Wish(origin=str(published), name=name), settings, NOW)
    with pytest.raises(InputError, match="not the one given"):
        wished(settings, published, sha256="0" * 64)
    with pytest.raises(InputError, match="no SHA-256"):
        wished(settings, published, sha256="abc")
    assert nothing_is_kept(settings)
    first = wished(settings, published, sha256=folders.sha256(published).upper())
    with pytest.raises(InputError, match="There is a model made already"):
        wished(settings, published)
    assert wished(settings, published, overwrite=True).version == first.version
    assert [path.name for path in folders.models_folder(settings).iterdir()] == ["made"]


class Shelf:
    """A hub and a place of archives on loopback."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: set[str] = set()
        self.moved: dict[str, str] = {}
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path in shelf.moved:
                    self.send_response(302)
                    self.send_header("Location", shelf.moved[self.path])
                    self.end_headers()
                    return
                data = shelf.files.get(self.path)
                self.send_response(200 if data is not None else 404)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write((data or b"")[: len(data or b"") // 2 if self.path in shelf.cut else None])

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.server.shutdown()
    shelf.server.server_close()


@pytest.fixture
def open_settings(settings: Settings, tmp_path: Path) -> Settings:
    return dataclasses.replace(
        Settings.load({"PUTUTU_HOME": str(tmp_path / "home"), "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8"})
    )


def test_an_archive_is_fetched_by_its_address(shelf: Shelf, published: Path, open_settings: Settings) -> None:
    shelf.files["/es-en/opus.zip"] = published.read_bytes()
    shelf.moved["/moved.zip"] = "/es-en/opus.zip"
    came: list[int] = []
    folder = pull(Wish(origin=f"{shelf.url}/moved.zip"), open_settings, NOW, lambda count, _total: came.append(count))
    assert folder.name == "moved" and check(folder)["good"]
    assert folder.record["origin"] == f"{shelf.url}/moved.zip"
    assert sum(came) == published.stat().st_size


def test_what_does_not_come_whole_is_not_kept(shelf: Shelf, published: Path, open_settings: Settings) -> None:
    shelf.files["/opus.zip"], shelf.files["/page.zip"] = published.read_bytes(), b"<html>not found</html>"
    shelf.cut.add("/opus.zip")
    shelf.moved |= {"/round": "/round", "/inside": "http://10.0.0.1/opus.zip", "/file": "file:///etc/passwd"}
    for path, reason in (
        ("/opus.zip", "does not answer|broke off"),
        ("/page.zip", "no zip or tar archive"),
        ("/nothing.zip", "answers 404"),
        ("/round", "redirects"),
        ("/inside", "private"),
        ("/file", "file"),
    ):
        with pytest.raises(PututuError, match=reason):
            wished(open_settings, shelf.url + path)
    assert nothing_is_kept(open_settings)
    with pytest.raises(InputError, match="PUTUTU_ALLOW_PRIVATE"):
        wished(dataclasses.replace(open_settings, allow_private=()), shelf.url + "/page.zip")


def test_the_default_is_the_release_that_cuts_words_by_sentencepiece() -> None:
    assert Wish().origin == OPUS_MT_URL
    assert OPUS_MT_URL.startswith("https://") and "spa-eng" in OPUS_MT_URL


def on_shelf(shelf: Shelf, folder: Path, name: str = "someone/opus-mt-es-en") -> None:
    files = [file.name for file in folder.iterdir()]
    listing = {
        "sha": "abc123",
        "siblings": [{"rfilename": name} for name in [*files, "../evil.py", "modeling.py", "pytorch_model.bin"]],
    }
    shelf.files[f"/api/models/{name}"] = json.dumps(listing).encode()
    for file in files:
        shelf.files[f"/{name}/resolve/abc123/{file}"] = (folder / file).read_bytes()


def test_a_hubs_converted_model_needs_no_torch(shelf: Shelf, ready: Path, open_settings: Settings) -> None:
    source = ready / "models" / "opus-mt-es-en"
    on_shelf(shelf, source)
    shelf.files["/someone/opus-mt-es-en/resolve/abc123/pytorch_model.bin"] = b"x"
    folder = pull(Wish(origin="someone/opus-mt-es-en", hub=shelf.url), open_settings, NOW)
    assert check(folder)["good"]
    assert folder.record["revision"] == "abc123"
    with pytest.raises(InputError, match="no file, directory, address"):
        pull(Wish(origin="no such thing", hub=shelf.url), open_settings, NOW)
    shelf.files["/api/models/someone/empty"] = b'{"siblings": [{"rfilename": "README"}, {"rfilename": "x.py"}]}'
    shelf.files["/api/models/someone/odd"] = b"<html>"
    for name, reason in (("someone/empty", "no model file|404"), ("someone/odd", "no listing")):
        with pytest.raises(PututuError, match=reason):
            pull(Wish(origin=name, name="other", hub=shelf.url), open_settings, NOW)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's folder, saved by transformers."""
    return hub_folder(tmp_path_factory.mktemp("hub") / "opus-mt-es-en")


@needs_torch
def test_transformers_and_ctranslate2_say_the_same(hub: Path, settings: Settings) -> None:
    pull(Wish(origin=str(hub), name="converted"), settings, NOW)
    pull(Wish(origin=str(hub), name="kept", engine="transformers"), settings, NOW)
    texts = [
        "El paro y la ley.\n\nEl bus en la calle. La mina.",
        "",
        "El sol. " * 20,
        "Rige la Ley 32108 en Los Olivos.",
    ]
    said = {}
    for name in ("converted", "kept"):
        engine = choose(settings, protector(load()), name)
        assert engine is not None
        said[engine.name] = engine.translate(texts)
        engine.close()
    assert set(said) == {"opus-mt", "transformers:kept"}
    quantised, exact = said.values()
    assert [text.count("\n") for text in exact] == [text.count("\n") for text in texts]
    assert "32108" in exact[3] and "Los Olivos" in exact[3]
    same = sum(
        a == b
        for one, other in zip(quantised, exact, strict=True)
        for a, b in zip(one.split(), other.split(), strict=False)
    )
    assert same > 10, "int8 differs from float32 in a few words at most"


@needs_torch
def test_a_hubs_cache_is_read_offline_through_its_links(hub: Path, tmp_path: Path, settings: Settings) -> None:
    cache = tmp_path / "models--someone--opus-mt-es-en"
    snapshot, blobs = cache / "snapshots" / "abc", cache / "blobs"
    for folder in (snapshot, blobs, cache / "refs"):
        folder.mkdir(parents=True)
    (cache / "refs" / "main").write_text("abc", "utf-8")
    for number, file in enumerate(sorted(hub.iterdir())):
        shutil.copyfile(file, blobs / str(number))
        (snapshot / file.name).symlink_to(f"../../blobs/{number}")
    folder = pull(Wish(origin=str(cache), engine="transformers"), settings, NOW)
    assert folder.name == "opus-mt-es-en" and check(folder)["good"]


@needs_torch
@pytest.mark.parametrize("kind", ["m2m_100", "t5"])
def test_other_sequence_models_by_name(kind: str, hub: Path, tmp_path: Path, settings: Settings) -> None:
    folder = _other(kind, hub, tmp_path / kind)
    kept = pull(Wish(origin=str(folder), name="other", engine="transformers"), settings, NOW)
    assert check(kept)["good"]
    engine = choose(settings, protector(load()), "other")
    assert engine is not None and engine.name == "transformers:other"
    assert "32108" in engine.translate(["Rige la Ley 32108 en Los Olivos."])[0]
    converted = pull(Wish(origin=str(folder), name="converted"), settings, NOW)
    assert check(converted)["good"]
    other = choose(settings, protector(load()), "converted")
    assert other is not None and other.name == "ctranslate2:converted"
    assert "32108" in other.translate(["Rige la Ley 32108 en Los Olivos."])[0]


def _other(kind: str, hub: Path, folder: Path) -> Path:
    """A tiny model of another family, with a word-level tokenizer of its own."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import (
        M2M100Config,
        M2M100ForConditionalGeneration,
        PreTrainedTokenizerFast,
        T5Config,
        T5ForConditionalGeneration,
    )

    words = [
        "<pad>",
        "</s>",
        "<unk>",
        *[
            "rige",
            "la",
            "ley",
            "en",
            "el",
            "paro",
            "los",
            "bus",
            "calle",
            "sol",
            "de",
            "a",
            ".",
            "translate",
            "Spanish",
            "to",
            "English",
            ":",
        ],
    ]
    tokens = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokens.pre_tokenizer = Whitespace()
    tokens.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokens, pad_token="<pad>", eos_token="</s>", bos_token="</s>", unk_token="<unk>"
    )
    fast.save_pretrained(str(folder))
    if kind == "t5":
        model: Any = T5ForConditionalGeneration(
            T5Config(
                vocab_size=len(words), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, decoder_start_token_id=0
            )
        )
    else:
        model = M2M100ForConditionalGeneration(
            M2M100Config(vocab_size=len(words), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
                         encoder_ffn_dim=32, decoder_ffn_dim=32, pad_token_id=0, bos_token_id=1, eos_token_id=1, decoder_start_token_id=1)
        )  # fmt: skip
    model.save_pretrained(str(folder))
    return folder


def test_without_torch_a_hubs_model_says_what_it_needs(
    hub_files: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == "torch":
            raise ImportError("No module named 'torch'")
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UnavailableError, match="converted by torch"):
        wished(settings, hub_files)
    assert nothing_is_kept(settings)


@pytest.fixture
def hub_files(tmp_path: Path) -> Path:
    """A folder that looks like a hub's, without weights that could be read."""
    folder = tmp_path / "looks"
    folder.mkdir()
    for name in ("model.safetensors", "source.spm", "target.spm", "vocab.json"):
        (folder / name).write_bytes(b"\n")
    (folder / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    (folder / "config.json").write_text('{"model_type": "marian"}', "utf-8")
    return folder


def test_a_bomb_is_not_unpacked(tmp_path: Path, settings: Settings) -> None:
    many = tmp_path / "many.zip"
    with zipfile.ZipFile(many, "w") as pack:
        for number in range(600):
            pack.writestr(f"{number}.yml", "x")
    with pytest.raises(InputError, match="more than 500 files"):
        wished(settings, many)
    lying = tmp_path / "lying.zip"
    with zipfile.ZipFile(lying, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("opus.npz", b"\0" * 100_000)
    data = lying.read_bytes().replace((100_000).to_bytes(4, "little"), (10**9 * 4).to_bytes(4, "little"))
    lying.write_bytes(data)
    with pytest.raises(InputError):
        wished(settings, lying)
    assert nothing_is_kept(settings)
    assert io.BytesIO(data).read(2) == b"PK"


@pytest.mark.parametrize(
    ("tokenizer", "kind", "told", "expected"),
    [
        ("NllbTokenizerFast", "m2m_100", {}, ("spa_Latn", "eng_Latn", "", ["eng_Latn"])),
        ("M2M100Tokenizer", "m2m_100", {}, ("es", "en", "", ["__en__"])),
        ("MBart50Tokenizer", "mbart", {}, ("es_XX", "en_XX", "", ["en_XX"])),
        ("T5Tokenizer", "t5", {}, ("", "", "translate Spanish to English: ", [])),
        ("T5Tokenizer", "t5", {"prefix": "<2en> "}, ("", "", "<2en> ", [])),
        ("MarianTokenizer", "marian", {}, ("", "", "", [])),
    ],
)
def test_how_a_model_is_told_its_languages(
    tokenizer: str, kind: str, told: dict[str, str], expected: Any, tmp_path: Path
) -> None:
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": tokenizer}), "utf-8")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}), "utf-8")
    found = Languages.of(folders.ModelFolder(tmp_path, "transformers", record=told))
    assert (found.source, found.target, found.prefix, found.target_tokens) == expected
