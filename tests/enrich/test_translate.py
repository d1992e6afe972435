"""The translation step and its engines."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.errors import UnavailableError
from core.settings import Settings
from enrich import models
from enrich.apertium import Apertium, decode, encode, stages
from enrich.lexicon import load
from enrich.models import OpusMT, choose
from enrich.steps import build
from enrich.translate import TranslateStep, protector, translate_documents

needs_apertium = pytest.mark.skipif(not Apertium.installed(), reason="apertium-eng-spa is not installed")


class Loud:
    """A translator for tests: upper case, every request counted."""

    name = "loud"
    version = "1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def translate(self, texts: Sequence[str]) -> list[str]:
        self.asked += texts
        return [text.upper() for text in texts]

    def close(self) -> None:
        self.asked = []


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> Loud:
    engine = Loud()
    monkeypatch.setattr("enrich.translate.choose", lambda *_, **__: engine)
    return engine


def translation(chain: Any, document: Any) -> Any:
    return next(a.payload["translation"] for a in chain.run(document).annotations if a.step == "translate")


def test_relevant_spanish_documents_are_translated(loud: Loud, settings: Settings, document) -> None:
    chain = build(dataclasses.replace(settings, translate="relevant"))
    assert translation(chain, document("Paro de choferes", "Es hoy.")) == {
        "language": "en",
        "title": "PARO DE CHOFERES",
        "summary": "",
        "text": "ES HOY.",
        "engine": "loud",
    }
    assert translation(chain, document("Receta de arroz con pato para hoy")) is None
    assert translation(chain, document("Bus drivers on strike in Lima over extortion")) is None


def test_all_and_none(loud: Loud, settings: Settings, document) -> None:
    recipe = document("Receta de arroz con pato para hoy")
    assert (
        translation(build(dataclasses.replace(settings, translate="all")), recipe)["title"]
        == "RECETA DE ARROZ CON PATO PARA HOY"
    )
    none = build(dataclasses.replace(settings, translate="none"))
    assert "translate" not in none.fingerprints()


def test_a_text_is_translated_once(loud: Loud, document) -> None:
    step = TranslateStep(loud, "all")
    step.translation(document("Uno", "Igual"))
    step.translation(document("Dos", "Igual"))
    assert loud.asked.count("Igual") == 1


def test_without_an_engine_nothing_is_said_and_nothing_is_stale(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, document
) -> None:
    monkeypatch.setattr(Apertium, "installed", staticmethod(lambda *_: False))
    chain = build(dataclasses.replace(settings, translate="all", translation="auto"))
    assert "translate" not in chain.fingerprints()
    assert "translate" not in {a.step for a in chain.run(document("Paro de choferes")).annotations}
    with pytest.raises(UnavailableError, match="apertium"):
        list(translate_documents([document("Hola a todos")], settings))


def test_a_named_engine_that_is_missing_is_an_error(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(Apertium, "installed", staticmethod(lambda *_: False))
    for name in ("apertium", "opus-mt", "babel"):
        with pytest.raises(UnavailableError, match=name):
            choose(dataclasses.replace(settings, translation=name))


def test_the_stages_keep_answering() -> None:
    assert stages("lt-proc 'a b.bin' | apertium-tagger -g $2 'x.prob' | lt-proc $1 'y.bin'\n") == [
        ["lt-proc", "-z", "a b.bin"],
        ["apertium-tagger", "-z", "-g", "x.prob"],
        ["lt-proc", "-z", "-n", "y.bin"],
    ]


def test_the_stream_format() -> None:
    assert encode("a/b [c]\nd") == "a\\/b \\[c\\].[][\n]d.[][\n]"
    assert "\uffff" not in encode("x\uffff\u200b\x00y")
    assert max(map(len, encode("z" * 1000).split())) < 220
    assert decode("a\\/b \\[c\\][\n]d[][\n]") == "a/b [c]\nd"
    assert decode("an [strike] and a [extortion payment][][\n]") == "a strike and an extortion payment"


@pytest.fixture(scope="module")
def apertium():
    engine = Apertium(protector(load()))
    yield engine
    engine.close()


@needs_apertium
def test_apertium_keeps_names_money_paragraphs_and_specials(apertium: Apertium) -> None:
    text = "Los choferes acatan un paro en Los Olivos.\n\nEl cupo es de S/ 5,000 [cinco mil] y 50%.\nLos Pulpos operan en Gamarra y La Libertad."
    english = apertium.translate([text])[0]
    assert english.count("\n") == 3
    for part in (
        "strike",
        "Los Olivos",
        "extortion payment",
        "S/ 5,000",
        "[",
        "50%",
        "Los Pulpos",
        "Gamarra",
        "La Libertad",
    ):
        assert part in english
    assert "choferes" not in english
    assert english.endswith(".")


@needs_apertium
def test_apertium_answers_many_texts_in_order_and_odd_ones(apertium: Apertium) -> None:
    texts = [
        "Hola.",
        "",
        "  \n ",
        "Uno\uffffdos \ud800.",
        "\\^$/@<>{}[]",
        "a" * 5000,
        "El perro come.",
        "¿Qué?\n\n\n¡No!",
    ]
    english = apertium.translate(texts)
    assert len(english) == len(texts)
    assert english[0] == "Hello."
    assert english[1:3] == ["", "  \n "]
    assert english[4] == texts[4]
    assert english[6] == "The dog eats."
    assert english[7].count("\n") == 3


@needs_apertium
def test_apertium_starts_again_after_its_processes_are_gone(apertium: Apertium) -> None:
    assert apertium.translate(["Hola."]) == ["Hello."]
    for stage in apertium._stages:
        stage.kill()
        stage.wait()
    assert apertium.translate(["Hola."]) == ["Hello."]


@needs_apertium
def test_apertium_gives_up_in_time_and_recovers() -> None:
    import contextlib
    import signal
    import time

    engine = Apertium()
    assert engine.translate(["Hola."]) == ["Hello."]
    engine._timeout = 0.3
    engine._stages[3].send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    with contextlib.suppress(UnavailableError):  # a slow machine may not start it again in so short a time
        assert engine.translate(["Hola."]) == ["Hello."]
    assert time.monotonic() - begun < 10
    engine._timeout = 20.0
    assert engine.translate(["Hola."]) == ["Hello."]
    engine.close()


@needs_apertium
def test_an_apertium_that_never_answers_is_unavailable(tmp_path: Path) -> None:
    mode = tmp_path / "dead.mode"
    mode.write_text("cat", "utf-8")  # told `-z`, it ends at once
    with pytest.raises(UnavailableError, match="does not answer"):
        Apertium(mode=mode, timeout=0.5).translate(["Hola."])
    with pytest.raises(UnavailableError, match="not installed"):
        Apertium(mode=tmp_path / "missing.mode").translate(["Hola."])


@needs_apertium
def test_apertium_is_named_in_the_translation(settings: Settings, document) -> None:
    chosen = dataclasses.replace(settings, translation="apertium")
    ((_, made),) = translate_documents([document("Los maestros acatan una huelga", language="es")], chosen)
    assert made is not None
    assert made["engine"] == "apertium"
    assert "strike" in made["title"]
    ((_, none),) = translate_documents([document("Teachers strike", language="en")], chosen)
    assert none is None


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Marian model of random weights, converted from the layout of an OPUS-MT archive: it translates into nonsense."""
    pytest.importorskip("ctranslate2")
    spm = pytest.importorskip("sentencepiece")
    import numpy
    import yaml
    from ctranslate2.converters import OpusMTConverter

    archive, models_dir = tmp_path_factory.mktemp("archive"), tmp_path_factory.mktemp("models")
    words = [
        "paro",
        "huelga",
        "cupo",
        "chofer",
        "bus",
        "calle",
        "gremio",
        "ley",
        "pleno",
        "mina",
        "campo",
        "río",
        "sol",
        "lima",
        "puno",
        "tacna",
    ]
    corpus = archive / "corpus.txt"
    corpus.write_text("\n".join(f"El {a} y la {b} en el {a}." for a in words for b in words), "utf-8")
    spm.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(archive / "source"), vocab_size=40, hard_vocab_limit=False, minloglevel=2
    )
    pieces = spm.SentencePieceProcessor(model_file=str(archive / "source.model"))
    vocab = (
        ["</s>", "<unk>"]
        + [p for i in range(pieces.get_piece_size()) if (p := pieces.id_to_piece(i)) not in ("</s>", "<unk>", "<s>")]
        + ["<pad>"]
    )
    (archive / "vocab.yml").write_text(
        "".join(
            f"{yaml.dump(token, allow_unicode=True, default_style=chr(34)).strip()}: {i}\n"
            for i, token in enumerate(vocab)
        ),
        "utf-8",
    )
    (archive / "decoder.yml").write_text("models: [model.npz]\nvocabs: [vocab.yml, vocab.yml]\n", "utf-8")
    numpy.savez(archive / "model.npz", **_weights(numpy, len(vocab)))
    folder = models_dir / "es-en-tiny"
    OpusMTConverter(str(archive)).convert(str(folder), quantization="int8")
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes((archive / "source.model").read_bytes())
    return models_dir


def _weights(numpy: Any, vocab: int, d: int = 16, ff: int = 32) -> dict[str, Any]:
    random = numpy.random.default_rng(7)

    def matrix(*shape: int) -> Any:
        return random.normal(0, 0.3, shape).astype("float32")

    weights = {"Wemb": matrix(vocab, d), "decoder_ff_logit_out_b": matrix(1, vocab)}
    for side, attentions in (("encoder_l1", ("self",)), ("decoder_l1", ("self", "context"))):
        for attention in attentions:
            for letter in "qkvo":
                weights[f"{side}_{attention}_W{letter}"], weights[f"{side}_{attention}_b{letter}"] = (
                    matrix(d, d),
                    matrix(1, d),
                )
            weights[f"{side}_{attention}_Wo_ln_scale"], weights[f"{side}_{attention}_Wo_ln_bias"] = (
                matrix(1, d),
                matrix(1, d),
            )
        weights |= {
            f"{side}_ffn_W1": matrix(d, ff),
            f"{side}_ffn_b1": matrix(1, ff),
            f"{side}_ffn_W2": matrix(ff, d),
            f"{side}_ffn_b2": matrix(1, d),
        }
        weights |= {f"{side}_ffn_ffn_ln_scale": matrix(1, d), f"{side}_ffn_ffn_ln_bias": matrix(1, d)}
    config = (
        "type: transformer\nenc-depth: 1\ndec-depth: 1\ntransformer-heads: 2\ntransformer-ffn-activation: swish\ntransformer-preprocess: ''\n"
        "transformer-postprocess: dan\ntransformer-postprocess-emb: d\ntransformer-decoder-autoreg: self-attention\n"
        "transformer-no-projection: false\ntransformer-guided-alignment-layer: last\n"
    )
    return weights | {"special:model.yml": numpy.frombuffer(config.encode() + b"\0", dtype="int8")}


def test_a_converted_model_is_found_loaded_and_keeps_paragraphs(tiny_model: Path, settings: Settings) -> None:
    folder = OpusMT.found(tiny_model)
    assert folder is not None
    engine = OpusMT(folder)
    one, empty, two = engine.translate(["El paro y la ley.\n\nEl bus en la calle. La mina.", "", "El sol."])
    assert empty == ""
    assert one.count("\n\n") == 1
    assert (one, two) == tuple(engine.translate(["El paro y la ley.\n\nEl bus en la calle. La mina.", "El sol."]))
    engine.close()
    home = settings.home
    home.mkdir(parents=True)
    (home / "models").symlink_to(tiny_model)
    chosen = choose(dataclasses.replace(settings, translation="auto"))
    assert chosen is not None
    assert chosen.name == "opus-mt"
    assert models.engines(settings)["opus-mt"]


def test_a_broken_model_says_so(tmp_path: Path) -> None:
    pytest.importorskip("ctranslate2")
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("model.bin", "source.spm", "target.spm"):
        (folder / name).write_bytes(b"no model")
    assert OpusMT.found(tmp_path) == folder
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        OpusMT(folder).translate(["Hola."])
    (folder / "target.spm").unlink()
    assert OpusMT.found(tmp_path) is None
    assert models.describe(folder)["missing"] == ["target.spm"]
