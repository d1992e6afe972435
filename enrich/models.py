"""Translation engines behind one port: the only file that imports ctranslate2, sentencepiece or starts Apertium.

`Translator.translate` takes texts and gives as many texts; engines are loaded when first asked, stay loaded, and never
fetch anything: a model is a folder that the operator puts under `PUTUTU_HOME/models`.
"""

import contextlib
import importlib.util
import json
import os
import re
import select
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from core.errors import UnavailableError
from core.settings import Settings
from core.text import sentences

APERTIUM_MODE = Path("/usr/share/apertium/modes/spa-eng.mode")
Protect = Callable[[str], Sequence[tuple[int, int, str]]]
"""Text -> `(start, end, English)` of what an engine must not touch, in order and apart from one another."""

_ESCAPED = re.compile(r"([\\\[\]{}^$/@<>])")
_SUPERBLANK = re.compile(r"\\(.)|[\[\]]", re.S)
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff\ufdd0-\ufdef]|[\U0001fffe\U0001ffff]|[^\u0000-\U0010fffd]"
)
_LONG_TOKEN = re.compile(r"\S{201,}")
_MIDDLE_FORM = re.compile(r"[ \t]*\n[ \t]*")


_ARTICLE = re.compile(r"\b([Aa])n? (\[[A-Za-z])")


class Translator(Protocol):
    """A Spanish to English engine."""

    @property
    def name(self) -> str:
        """The name it is chosen by and that translations carry."""

    @property
    def version(self) -> str:
        """Changes with the engine, its model and what it protects."""

    def translate(self, texts: Sequence[str]) -> list[str]:
        """The texts in English, as many and in the same order, paragraphs kept.

        Raises UnavailableError where the engine cannot be started or does not answer in time.
        """

    def close(self) -> None:
        """End processes, free memory; the next call starts again."""


class Apertium:
    """Debian's apertium-eng-spa as a pipeline of its stages that stays open (reference/nlp.md section 2).

    The `apertium -z` wrapper never lets an answer go, so the stages of the mode file are run here. Each request ends in two
    NULs because lttoolbox flushes one late; a request that is not answered in time ends the pipeline, which starts again.
    """

    name = "apertium"

    def __init__(self, protect: Protect | None = None, *, mode: Path = APERTIUM_MODE, timeout: float = 20.0) -> None:
        self._protect, self._mode, self._timeout = protect, mode, timeout
        self._stages: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._pid = os.getpid()

    @property
    def version(self) -> str:
        """The rules' own age: the mode's compiled dictionaries change with the Debian package."""
        return f"1:{int(self._mode.stat().st_mtime)}" if self._mode.exists() else "1"

    @staticmethod
    def installed(mode: Path = APERTIUM_MODE) -> bool:
        """Whether the language pair and its programs are there."""
        return mode.is_file() and all(
            shutil.which(program)
            for program in (
                "lt-proc",
                "apertium-tagger",
                "apertium-pretransfer",
                "lrx-proc",
                "apertium-transfer",
                "apertium-interchunk",
                "apertium-postchunk",
            )
        )

    def translate(self, texts: Sequence[str]) -> list[str]:
        """See `Translator`. A text that hangs the rules is given back in pieces, the piece that hangs untranslated."""
        with self._lock:
            return [self._text(text) for text in texts]

    def _text(self, text: str) -> str:
        if not text.strip():
            return text
        try:
            return self._ask(text)
        except TimeoutError:
            self._stop()
        pieces = [self._piece(piece) for piece in text.split("\n")]
        return "\n".join(pieces)

    def _piece(self, text: str) -> str:
        if not text.strip():
            return text
        try:
            return self._ask(text)
        except TimeoutError:
            self._stop()
            return text

    def _ask(self, text: str) -> str:
        request = encode(text, self._protect).encode("utf-8") + b"\0\0"
        limit = self._timeout + len(request) / 20_000
        return decode(self._exchange(request, limit).decode("utf-8", "replace"))

    def _exchange(self, request: bytes, limit: float) -> bytes:
        """Write a request and read its answer; both at once, since neither pipe holds a long text."""
        stages = self._started()
        assert stages[0].stdin is not None and stages[-1].stdout is not None
        source, sink = stages[0].stdin.fileno(), stages[-1].stdout.fileno()
        answer, sent, deadline = bytearray(), 0, time.monotonic() + limit
        while answer.count(0) < 2:
            wait = deadline - time.monotonic()
            if wait <= 0:
                raise TimeoutError("apertium did not answer")
            readable, writable, _ = select.select([sink], [source] if sent < len(request) else [], [], wait)
            try:
                if writable:
                    sent += os.write(source, request[sent : sent + 65536])
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise TimeoutError("apertium ended") from error
            if readable:
                chunk = os.read(sink, 65536)
                if not chunk:
                    raise TimeoutError("apertium ended")
                answer += chunk
        return bytes(answer[: answer.index(0)])

    def _started(self) -> list[subprocess.Popen[bytes]]:
        if self._pid != os.getpid():  # a fork shares the parent's pipes: leave them to it
            self._stages, self._pid = [], os.getpid()
        if self._stages and all(stage.poll() is None for stage in self._stages):
            return self._stages
        self._stop()
        if not self.installed(self._mode):
            raise UnavailableError(
                "Apertium's Spanish-English pair is not installed.", "Install the Debian package apertium-eng-spa."
            )
        for command in stages(self._mode.read_text("utf-8")):
            before = self._stages[-1].stdout if self._stages else None
            self._stages.append(
                subprocess.Popen(
                    command, stdin=before or subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            )
            if before is not None:
                before.close()
        assert self._stages[0].stdin is not None
        os.set_blocking(self._stages[0].stdin.fileno(), False)
        return self._stages

    def _stop(self) -> None:
        for stage in self._stages:
            stage.kill()
        for stage in self._stages:
            stage.wait()
            for pipe in (stage.stdin, stage.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        self._stages = []

    def close(self) -> None:
        """End the processes."""
        if self._pid == os.getpid():
            self._stop()

    def __del__(self) -> None:
        """No process outlives its engine."""
        self.close()


def stages(mode: str) -> list[list[str]]:
    """The commands of an Apertium mode file, each reading and writing NUL-ended texts, unknown words unmarked."""
    commands = []
    for stage in mode.strip().split("|"):
        words = [{"$1": "-n"}.get(word, word) for word in shlex.split(stage) if word != "$2"]
        commands.append([words[0], "-z", *words[1:]])
    return commands


def encode(text: str, protect: Protect | None = None) -> str:
    """A text in Apertium's stream format: specials escaped, line breaks and protected words in superblanks."""
    text = _UNSAFE.sub(
        "", _LONG_TOKEN.sub(lambda match: " ".join(match[0][i : i + 200] for i in range(0, len(match[0]), 200)), text)
    )
    parts, last = [], 0
    for start, end, english in protect(text) if protect else ():
        parts += [_plain(text[last:start]), f"[{_ESCAPED.sub(_escape, english)}]"]
        last = end
    return "".join(parts) + _plain(text[last:]) + ".[][\n]"


def _escape(match: re.Match[str]) -> str:
    return "\\" + match[1]


def _plain(text: str) -> str:
    """Escaped text: a line break ends a sentence, as a superblank that the rules carry through."""
    lines = _MIDDLE_FORM.split(text)
    out = [_ESCAPED.sub(_escape, lines[0])]
    for line in lines[1:]:
        out.append((".[][\n]" if out[-1] else "[\n]") + _ESCAPED.sub(_escape, line))
    return "".join(out)


def decode(stream: str) -> str:
    """The printed text of an answer: superblanks opened, escapes undone, the end that `encode` added taken off."""
    stream = stream.removesuffix("[][\n]").removesuffix(".") if stream.endswith("[][\n]") else stream
    stream = _ARTICLE.sub(_article, stream.replace(".[][\n]", "[\n]"))
    return _SUPERBLANK.sub(lambda match: match[1] or "", stream)


def _article(match: re.Match[str]) -> str:
    """The rules choose a or an by the Spanish word that a protected one stands for: mend it."""
    return f"{match[1]}{'n' if match[2][1].lower() in 'aeiou' else ''} {match[2]}"


class OpusMT:
    """A converted OPUS-MT model in a local folder: `model.bin`, its vocabulary, `source.spm`, `target.spm`; CTranslate2 in int8.

    Greedy (beam 1), sentences batched by length; two workers of one thread each give the most words a second on two cores.
    """

    name = "opus-mt"

    def __init__(self, folder: Path, *, workers: int = 0) -> None:
        self._folder, self._workers = folder, workers or min(2, os.cpu_count() or 1)
        self._loaded: Any = None
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """Name and size of the model file."""
        model = self._folder / "model.bin"
        return f"1:{self._folder.name}:{model.stat().st_size if model.exists() else 0}"

    @staticmethod
    def found(models: Path) -> Path | None:
        """The first folder under `models` that holds a Spanish to English model."""
        if (
            not models.is_dir()
            or importlib.util.find_spec("ctranslate2") is None
            or importlib.util.find_spec("sentencepiece") is None
        ):
            return None
        folders = sorted(path.parent for path in models.glob("*/model.bin"))
        return next(
            (folder for folder in folders if (folder / "source.spm").is_file() and (folder / "target.spm").is_file()),
            None,
        )

    def translate(self, texts: Sequence[str]) -> list[str]:
        """See `Translator`."""
        translator, source, target = self._load()
        pieces = [list(_pieces(text)) for text in texts]
        wanted = [piece for text in pieces for piece, blank in text if not blank]
        tokens = [source.encode(piece, out_type=str)[:400] for piece in wanted]
        results = translator.translate_batch(
            tokens, beam_size=1, max_batch_size=32, batch_type="examples", max_decoding_length=400
        )
        english = iter([target.decode(result.hypotheses[0]) for result in results])
        return ["".join(piece if blank else next(english) for piece, blank in text) for text in pieces]

    def _load(self) -> Any:
        with self._lock:
            if self._loaded is None:
                try:
                    import ctranslate2
                    import sentencepiece

                    translator = ctranslate2.Translator(
                        str(self._folder),
                        device="cpu",
                        compute_type="int8",
                        inter_threads=self._workers,
                        intra_threads=1,
                    )
                    pieces = [
                        sentencepiece.SentencePieceProcessor(model_file=str(self._folder / name))
                        for name in ("source.spm", "target.spm")
                    ]
                except (ImportError, OSError, RuntimeError, ValueError) as error:
                    raise UnavailableError(
                        f"The translation model in {self._folder} cannot be loaded: {error}.",
                        "`pututu models check` says what is missing.",
                    ) from error
                self._loaded = (translator, *pieces)
            return self._loaded

    def close(self) -> None:
        """Free the model."""
        self._loaded = None


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The sentences of a text and what stands between them: `(piece, whether it stays as it is)`."""
    last = 0
    for start, end in sentences(text):
        if start > last:
            yield text[last:start], True
        piece = text[start:end]
        yield piece, not piece.strip()
        last = end
    if last < len(text):
        yield text[last:], True


def models_folder(settings: Settings) -> Path:
    """Where the operator's models are."""
    return settings.home / "models"


def engines(settings: Settings) -> dict[str, bool]:
    """Each engine's name and whether it can be used here, best first: for `pututu models list`."""
    return {OpusMT.name: OpusMT.found(models_folder(settings)) is not None, Apertium.name: Apertium.installed()}


def choose(settings: Settings, protect: Protect | None = None, name: str | None = None) -> Translator | None:
    """The engine that `PUTUTU_TRANSLATION` (or `name`) asks for; None where `auto` finds none or it is `none`.

    Raises UnavailableError for a named engine that is not here or not known.
    """
    wanted = name or settings.translation
    if wanted == "none":
        return None
    folder = OpusMT.found(models_folder(settings))
    if wanted in ("auto", OpusMT.name) and folder is not None:
        return OpusMT(folder)
    if wanted in ("auto", Apertium.name) and Apertium.installed():
        return Apertium(protect)
    if wanted == "auto":
        return None
    known = ", ".join(engines(settings))
    if wanted not in engines(settings):
        raise UnavailableError(f"There is no translation engine {wanted!r}.", f"Known engines: auto, none, {known}.")
    mend = (
        "Install the Debian package apertium-eng-spa."
        if wanted == Apertium.name
        else f"Put a converted model (model.bin, source.spm, target.spm) into a folder of {models_folder(settings)}."
    )
    raise UnavailableError(f"The translation engine {wanted} is not installed.", mend)


def describe(folder: Path) -> dict[str, Any]:
    """What a model folder holds: for `pututu models check`."""
    files = {path.name: path.stat().st_size for path in sorted(folder.iterdir())} if folder.is_dir() else {}
    missing = [name for name in ("model.bin", "source.spm", "target.spm") if name not in files]
    config = folder / "config.json"
    return {
        "folder": str(folder),
        "files": files,
        "missing": missing,
        "config": json.loads(config.read_text("utf-8")) if config.is_file() else None,
    }
