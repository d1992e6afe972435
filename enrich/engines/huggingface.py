"""Any sequence-to-sequence model in Hugging Face's transformers, on a graphics card where there is one, else on the processor.

Only what is in the folder is read (`local_files_only`), and no code of a model is run (`trust_remote_code` is never set).
`generate` is called by itself: the translation pipeline is gone since transformers 5.
"""

import importlib.util
import threading
import warnings
from collections.abc import Sequence
from typing import Any

from core.errors import UnavailableError
from enrich.engines.folders import ModelFolder
from enrich.engines.languages import Languages
from enrich.engines.sentencewise import Tokens, longest_answer

BATCH = 1_024
"""Padded tokens of a batch on a processor."""
BATCH_GPU = 8_192
LIMIT = 256


def installed() -> bool:
    """Whether transformers and torch are there."""
    return all(importlib.util.find_spec(name) is not None for name in ("transformers", "torch", "sentencepiece"))


def tokenizer(folder: ModelFolder, languages: Languages) -> Any:
    """The folder's own tokenizer, told the source language. Raises ImportError, OSError or ValueError."""
    from transformers import AutoTokenizer

    codes = {"src_lang": languages.source, "tgt_lang": languages.target} if languages.source else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it recommends packages that change little
        return AutoTokenizer.from_pretrained(str(folder.path), local_files_only=True, **codes)


class HubTokens:
    """A hub's tokenizer for CTranslate2: tokens as words, special ones included."""

    def __init__(self, folder: ModelFolder, languages: Languages) -> None:
        self._tokenizer, self._prefix = tokenizer(folder, languages), languages.prefix

    def encode(self, piece: str) -> list[str]:
        """See `enrich.engines.ctranslate.Pieces`."""
        return list(self._tokenizer.convert_ids_to_tokens(self._tokenizer.encode(self._prefix + piece)))

    def decode(self, tokens: Sequence[str]) -> str:
        """See `enrich.engines.ctranslate.Pieces`."""
        ids = self._tokenizer.convert_tokens_to_ids(list(tokens))
        return str(self._tokenizer.decode(ids, skip_special_tokens=True)).strip()


class Transformers:
    """A `Generator` over a hub's model folder."""

    limit = LIMIT

    def __init__(self, folder: ModelFolder, *, beam: int = 1) -> None:
        self._folder, self._beam = folder, beam
        self._loaded: tuple[Any, Any, Languages, str] | None = None
        self._lock = threading.Lock()

    def encode(self, piece: str) -> Tokens:
        """See `Generator`: here the tokens are numbers."""
        _, tokens, languages, _ = self._load()
        return list(tokens.encode(languages.prefix + piece))

    def generate(self, batch: Sequence[Tokens], *, strict: bool) -> list[str]:
        """See `Generator`. Pieces come sorted by length, so that little is padded."""
        _, _, _, device = self._load()
        size = BATCH if device == "cpu" else BATCH_GPU
        said: list[str] = []
        begin = 0
        while begin < len(batch):
            end = begin + 1
            while end < len(batch) and (end + 1 - begin) * max(len(batch[end]), len(batch[begin])) <= size:
                end += 1
            said += self._batch(batch[begin:end], strict=strict)
            begin = end
        return said

    def _batch(self, batch: Sequence[Tokens], *, strict: bool) -> list[str]:
        import torch

        model, tokens, languages, device = self._load()
        inputs = tokens.pad({"input_ids": [list(ids) for ids in batch]}, return_tensors="pt").to(device)
        start = tokens.convert_tokens_to_ids(languages.target_tokens[0]) if languages.target else None
        with torch.inference_mode():
            made = model.generate(
                **inputs,
                num_beams=self._beam,
                do_sample=False,
                max_new_tokens=max(map(longest_answer, batch)),
                no_repeat_ngram_size=3 if strict else 0,
                **({"forced_bos_token_id": start} if start is not None else {}),
            )
        said = [ids[: longest_answer(asked) + 1] for ids, asked in zip(made.tolist(), batch, strict=True)]
        return [str(text).strip() for text in tokens.batch_decode(said, skip_special_tokens=True)]

    def _load(self) -> tuple[Any, Any, Languages, str]:
        with self._lock:
            if self._loaded is None:
                try:
                    self._loaded = self._opened()
                except (ImportError, OSError, RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
                    raise UnavailableError(
                        f"The translation model in {self._folder.path} cannot be loaded: {error}.",
                        "`pututu models check` says what is missing.",
                    ) from error
            return self._loaded

    def _opened(self) -> tuple[Any, Any, Languages, str]:
        import torch
        from transformers import AutoModelForSeq2SeqLM
        from transformers.utils import logging

        logging.disable_progress_bar()
        languages = Languages.of(self._folder)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        kind = torch.float16 if device == "cuda" else torch.float32
        model = AutoModelForSeq2SeqLM.from_pretrained(str(self._folder.path), local_files_only=True, dtype=kind)
        return model.to(device).eval(), tokenizer(self._folder, languages), languages, device

    def close(self) -> None:
        """See `Generator`."""
        self._loaded = None
