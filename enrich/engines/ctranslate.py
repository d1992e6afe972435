"""CTranslate2 in int8: OPUS-MT on a processor, three times faster than the same model in its own library.

Greedy (beam 1), batched by tokens; two workers of one thread each give the most words a second on two cores.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from core.errors import UnavailableError
from enrich.engines.folders import ModelFolder, config_of
from enrich.engines.languages import Languages
from enrich.engines.sentencewise import Tokens, longest_answer

BATCH = 1_024
"""Tokens of a batch of one worker: 32 sentences of 32 tokens."""
LIMIT = 256
_CPUINFO = Path("/proc/cpuinfo")
_WIDE = frozenset(["avx512f", "avx512cd", "avx512vl", "avx512bw", "avx512dq", "avx512_vnni"])
_END, _SPECIAL = "</s>", frozenset({"</s>", "<pad>", "<s>", "<unk>"})


class Pieces(Protocol):
    """What cuts a sentence into tokens and joins the answer's."""

    def encode(self, piece: str) -> list[str]:
        """The tokens of a piece, special ones included."""

    def decode(self, tokens: Sequence[str]) -> str:
        """The text of an answer."""


class SentencePieces:
    """The two SentencePiece models of an OPUS-MT archive."""

    def __init__(self, folder: ModelFolder, prefix: str, *, end: bool) -> None:
        import sentencepiece

        self._source, self._target = (
            sentencepiece.SentencePieceProcessor(model_file=str(folder.path / name))
            for name in ("source.spm", "target.spm")
        )
        self._before, self._after = [prefix] if prefix else [], [_END] if end else []

    def encode(self, piece: str) -> list[str]:
        """See `Pieces`."""
        return [*self._before, *self._source.encode(piece, out_type=str), *self._after]

    def decode(self, tokens: Sequence[str]) -> str:
        """See `Pieces`."""
        return str(self._target.decode([token for token in tokens if token not in _SPECIAL]))


class CTranslate2:
    """A `Generator` over a converted model folder."""

    limit = LIMIT

    def __init__(self, folder: ModelFolder, *, workers: int = 0, beam: int = 1) -> None:
        self._folder, self._beam = folder, beam
        self._workers = workers or min(2, os.cpu_count() or 1)
        self._loaded: tuple[Any, Pieces, Languages] | None = None
        self._lock = threading.Lock()

    def encode(self, piece: str) -> Tokens:
        """See `Generator`."""
        return self._load()[1].encode(piece)

    def generate(self, batch: Sequence[Tokens], *, strict: bool) -> list[str]:
        """See `Generator`."""
        translator, pieces, languages = self._load()
        start = languages.target_tokens
        results = translator.translate_batch(
            [list(tokens) for tokens in batch],
            [start] * len(batch) if start else None,
            beam_size=self._beam,
            max_batch_size=BATCH,
            batch_type="tokens",
            max_input_length=0,
            max_decoding_length=len(start) + max(map(longest_answer, batch)),
            no_repeat_ngram_size=3 if strict else 0,
        )
        said = [result.hypotheses[0][len(start) :] for result in results]
        return [pieces.decode(one[: longest_answer(asked)]) for one, asked in zip(said, batch, strict=True)]

    def _load(self) -> tuple[Any, Pieces, Languages]:
        with self._lock:
            if self._loaded is None:
                try:
                    self._loaded = self._opened()
                except (ImportError, OSError, RuntimeError, ValueError, TypeError, KeyError) as error:
                    raise UnavailableError(
                        f"The translation model in {self._folder.path} cannot be loaded: {error}.",
                        "`pututu models check` says what is missing.",
                    ) from error
            return self._loaded

    def _opened(self) -> tuple[Any, Pieces, Languages]:
        use_wide_vectors()
        import ctranslate2

        folder = self._folder
        languages = Languages.of(folder)
        pieces: Pieces
        if folder.is_marian_pair:
            told = config_of(folder.path).get("add_source_eos")
            pieces = SentencePieces(folder, languages.prefix, end=not told)
        else:
            from enrich.engines.huggingface import HubTokens

            pieces = HubTokens(folder, languages)
        translator = ctranslate2.Translator(
            str(folder.path), device="cpu", compute_type="int8", inter_threads=self._workers, intra_threads=1
        )
        return translator, pieces, languages

    def close(self) -> None:
        """See `Generator`."""
        self._loaded = None


def use_wide_vectors() -> None:
    """Let CTranslate2 take AVX-512, which it does only where it is told to (`CT2_FORCE_CPU_ISA`): 1.07 times faster.

    It leaves it aside since the first processors that had it grew slow by it; those that have VNNI too do not.
    """
    try:
        lines = _CPUINFO.read_text("utf-8", "replace").splitlines()
    except OSError:
        return  # no Linux
    flags = next((line for line in lines if line.startswith("flags")), "")
    if set(flags.split()) >= _WIDE:
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")
