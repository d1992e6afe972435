"""Marian models with random weights, in the layout of an OPUS-MT archive or of a hub's folder: for tests and for measures of speed.

What they say is nonsense; what reads, converts, loads and runs them is the real code. The vocabulary is trained on sentences of our
own and filled up to the size that is asked for, so that a model of OPUS-MT's base size (77.9 million parameters) costs what it does.
"""

import json
import random
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORDS = [
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
    "mercado",
    "banda",
    "policía",
    "bala",
    "muerte",
    "pago",
    "deuda",
    "cobro",
    "extorsión",
    "ministro",
    "congreso",
    "región",
    "puerto",
    "maestro",
    "médico",
    "obrero",
]


@dataclass(frozen=True, slots=True)
class Size:
    """What a Transformer is made of: layers of each side, width, width of the feed-forward part, heads, words."""

    layers: int
    width: int
    inner: int
    heads: int
    vocabulary: int


TINY = Size(1, 16, 32, 2, 0)
BASE = Size(6, 512, 2048, 8, 65_001)
"""opus-mt-es-en's."""


def sentences(count: int, words: int = 24, seed: int = 3) -> list[str]:
    """Made-up Spanish of our own, all words known."""
    dice = random.Random(seed)
    return [" ".join(["El", *(dice.choice(WORDS) for _ in range(words - 2)), "hoy."]) for _ in range(count)]


def archive(folder: Path, size: Size = TINY) -> Path:
    """An unpacked OPUS-MT archive: model, vocabulary, SentencePiece models, decoder.yml. Returns the folder."""
    import numpy
    import yaml

    folder.mkdir(parents=True, exist_ok=True)
    tokens = _vocabulary(folder, size)
    lines = (
        f"{yaml.dump(token, allow_unicode=True, default_style=chr(34)).strip()}: {i}\n"
        for i, token in enumerate(tokens)
    )
    (folder / "opus.spm32k-spm32k.vocab.yml").write_text("".join(lines), "utf-8")
    decoder = "models:\n  - opus.npz\nvocabs:\n  - opus.spm32k-spm32k.vocab.yml\n  - opus.spm32k-spm32k.vocab.yml\nbeam-size: 6\n"
    (folder / "decoder.yml").write_text(decoder, "utf-8")
    (folder / "README.md").write_text("# a model of random weights\n", "utf-8")
    (folder / "LICENSE").write_text("Creative Commons Attribution 4.0 International\n", "utf-8")
    numpy.savez(folder / "opus.npz", **_weights(size, len(tokens)))
    return folder


def zipped(folder: Path, file: Path) -> Path:
    """An archive as it is published."""
    with zipfile.ZipFile(file, "w") as pack:
        for one in sorted(folder.iterdir()):
            pack.write(one, one.name)
    return file


def hub_folder(folder: Path, size: Size = TINY) -> Path:
    """The same as a hub keeps it, saved by transformers. Needs torch."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True, exist_ok=True)
    tokens = [*_vocabulary(folder, size), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}), "utf-8")
    told = {"tokenizer_class": "MarianTokenizer", "source_lang": "es", "target_lang": "en", "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(told), "utf-8")
    torch.manual_seed(5)
    pad = len(tokens) - 1
    config = MarianConfig(
        vocab_size=len(tokens), d_model=size.width, encoder_layers=size.layers, decoder_layers=size.layers,
        encoder_attention_heads=size.heads, decoder_attention_heads=size.heads, encoder_ffn_dim=size.inner, decoder_ffn_dim=size.inner,
        activation_function="swish", scale_embedding=True, static_position_embeddings=True, share_encoder_decoder_embeddings=True,
        max_position_embeddings=512, pad_token_id=pad, decoder_start_token_id=pad, eos_token_id=0, forced_eos_token_id=0,
        init_std=0.3 if size.width < 100 else 0.05,
    )  # fmt: skip
    MarianMTModel(config).save_pretrained(str(folder))
    return folder


def _vocabulary(folder: Path, size: Size) -> list[str]:
    """`source.spm` and `target.spm` in the folder; the tokens of both with their fillers, in the order of Marian's."""
    import sentencepiece

    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(f"El {a} y la {b} en el {a}." for a in WORDS for b in WORDS), "utf-8")
    prefix = str(folder / "trained")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=prefix, vocab_size=80, hard_vocab_limit=False, minloglevel=2
    )
    trained = folder / "trained.model"
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(trained.read_bytes())
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(trained))
    known = [p for i in range(pieces.get_piece_size()) if (p := pieces.id_to_piece(i)) not in ("</s>", "<unk>", "<s>")]
    for file in (corpus, trained, folder / "trained.vocab"):
        file.unlink()
    tokens = ["</s>", "<unk>", *known]
    return tokens + [f"▁w{i}" for i in range(max(0, size.vocabulary - 1 - len(tokens)))]


def _weights(size: Size, vocabulary: int) -> dict[str, Any]:
    """Marian's parameters by their names, and its configuration as it keeps it among them."""
    import numpy

    dice = numpy.random.default_rng(7)
    width, inner = size.width, size.inner

    def matrix(*shape: int) -> Any:
        return dice.normal(0, 0.3 if width < 100 else 0.05, shape).astype("float32")

    weights = {"Wemb": matrix(vocabulary, width), "decoder_ff_logit_out_b": matrix(1, vocabulary)}
    for layer in range(1, size.layers + 1):
        for side, attentions in ((f"encoder_l{layer}", ("self",)), (f"decoder_l{layer}", ("self", "context"))):
            for attention in attentions:
                for letter in "qkvo":
                    weights[f"{side}_{attention}_W{letter}"] = matrix(width, width)
                    weights[f"{side}_{attention}_b{letter}"] = matrix(1, width)
                weights |= _norm(f"{side}_{attention}_Wo_ln", width, numpy)
            weights |= {f"{side}_ffn_W1": matrix(width, inner), f"{side}_ffn_b1": matrix(1, inner)}
            weights |= {f"{side}_ffn_W2": matrix(inner, width), f"{side}_ffn_b2": matrix(1, width)}
            weights |= _norm(f"{side}_ffn_ffn_ln", width, numpy)
    config = (
        f"type: transformer\nenc-depth: {size.layers}\ndec-depth: {size.layers}\ntransformer-heads: {size.heads}\n"
        "transformer-ffn-activation: swish\ntransformer-preprocess: ''\ntransformer-postprocess: dan\n"
        "transformer-postprocess-emb: d\ntransformer-decoder-autoreg: self-attention\ntransformer-no-projection: false\n"
        "transformer-guided-alignment-layer: last\n"
    )
    return weights | {"special:model.yml": numpy.frombuffer(config.encode() + b"\0", dtype="int8")}


def _norm(name: str, width: int, numpy: Any) -> dict[str, Any]:
    return {f"{name}_scale": numpy.ones((1, width), "float32"), f"{name}_bias": numpy.zeros((1, width), "float32")}
