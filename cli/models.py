"""Translation models: what is here, bringing one here, trying it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.output import emit, formats, note, progress
from core.settings import Settings
from core.sizes import shown


@click.group("models")
def models_command() -> None:
    """Translation engines and their models, in PUTUTU_HOME/models: list, pull, check.

    \b
    Examples:
      pututu models list
      pututu models pull
      pututu models check
    """


@models_command.command("list")
@formats
def list_command(form: str | None) -> None:
    """Every engine and model, best first; the one that PUTUTU_TRANSLATION means is marked with *.

    \b
    Examples:
      pututu models list
      pututu models list --json
    """
    from enrich.engines.pulling import OPUS_MT_SIZE
    from enrich.models import OPUS_MT, rows

    found = list(rows(Settings.load()))
    emit(found, form, _line)
    if not any(row["usable"] and row["engine"] != "apertium" for row in found):
        note(f"No model is here: `pututu models pull` fetches {OPUS_MT} ({OPUS_MT_SIZE}).")


def _line(row: Any) -> str:
    mark = "*" if row["chosen"] else " "
    size = shown(row["size"]) if row["size"] is not None else ""
    told = row["problem"] or row["origin"] or ""
    return f"{mark} {row['name']:<24} {row['engine']:<12} {'good' if row['usable'] else 'not usable':<11} {size:>8}  {told}".rstrip()


@models_command.command("pull")
@click.argument("origin", required=False)
@click.option("--name", help="The folder it is kept in, by which PUTUTU_TRANSLATION may name it.")
@click.option("--sha256", metavar="HASH", help="Refuse an archive that has another SHA-256.")
@click.option(
    "--engine",
    type=click.Choice(["ctranslate2", "transformers"]),
    default="ctranslate2",
    show_default=True,
    help="Convert to CTranslate2 int8, or keep a hub's model as it is for transformers (GPU or CPU).",
)
@click.option("--prefix", help="What the model wants before each sentence, e.g. '>>eng<<' or '<2en> '.")
@click.option("--hub", default="https://huggingface.co", show_default=True, help="Where OWNER/NAME is looked for.")
@click.option("--overwrite", is_flag=True, help="Replace a model of the same name.")
@formats
def pull_command(origin: str | None, form: str | None, **options: Any) -> None:
    """Bring a translation model here: OPUS-MT's Spanish-English archive, or ORIGIN.

    ORIGIN is the address or file of an OPUS-MT archive (.zip, .tar), a model's directory (unpacked archive, CTranslate2
    folder, a hub's folder or cache; no network is used), or OWNER/NAME on a hub. Its structure is checked, its hash
    recorded, it is converted (an archive without torch) and tried, and takes its place whole or not at all. What was not
    translated for want of an engine is then queued.

    \b
    Examples:
      pututu models pull
      pututu models pull ~/opus-2021-02-19.zip --name opus-mt-es-en
      pututu models pull Helsinki-NLP/opus-mt-es-en --engine transformers
      pututu models pull facebook/nllb-200-distilled-600M --name nllb
    """
    from enrich.engines.pulling import OPUS_MT_SIZE, OPUS_MT_URL, Wish, pull
    from enrich.models import rows

    settings = Settings.load()
    if origin is None:
        note(f"OPUS-MT (Helsinki-NLP, CC-BY 4.0), {OPUS_MT_SIZE}: {OPUS_MT_URL}")
    wish = Wish(origin=origin or OPUS_MT_URL, **options)
    with _Megabytes() as told:
        folder = pull(wish, settings, datetime.now(UTC), told)
    found = next(row for row in rows(settings) if row["name"] == folder.name)
    emit([found], form, _line)
    if found["problem"]:
        note(f"It is kept, but cannot be used yet. {found['problem']}")
    _queue(settings)


def _queue(settings: Settings) -> None:
    """What waits for a translation is queued now, where there is a store; the daemon or `pututu enrich` then does it."""
    import catchup
    from cli.desk import opened

    if not settings.store.startswith("sqlite:///") or Path(settings.store.removeprefix("sqlite:///")).is_file():
        with opened() as (store, _):
            count = catchup.queue_untranslated(store, settings)
        if count:
            note(
                f"{count} documents are queued for translation: the daemon does it, or `pututu enrich`, then `pututu index`."
            )


class _Megabytes:
    """A progress bar of megabytes, made when the size is known."""

    def __enter__(self) -> Any:
        self._bar: Any = None
        self._held: Any = None
        self._left = 0
        return self._told

    def _told(self, count: int, total: int | None) -> None:
        if self._bar is None:
            self._held = progress("MB", total // 10**6 if total else None)
            self._bar = self._held.__enter__()
        self._left += count
        self._bar(self._left // 10**6)
        self._left %= 10**6

    def __exit__(self, *_: object) -> None:
        if self._held is not None:
            self._held.__exit__(None, None, None)


@models_command.command("check")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@formats
def check_command(names: tuple[str, ...], form: str | None) -> None:
    """Try each model (or those named): its files against their hashes, loading it, one sentence. Exit code 1 where one fails.

    \b
    Examples:
      pututu models check
      pututu models check opus-mt-es-en --json
    """
    from core.errors import InputError
    from enrich.engines.folders import found, models_folder
    from enrich.engines.pulling import check

    folder = models_folder(Settings.load())
    here = {one.name: one for one in found(folder)}
    for name in names:
        if name not in here:
            raise InputError(
                f"There is no model {name} in {folder}.", "`pututu models list` names those that are here."
            )
    results = [check(one) for one in here.values() if not names or one.name in names]
    emit(results, form, _checked)
    if not results:
        note(f"No model is in {folder}: `pututu models pull` fetches one.")
    if not all(row["good"] for row in results):
        raise SystemExit(1)


def _checked(row: Any) -> str:
    if row["problem"]:
        return f"bad   {row['name']}: {row['problem']}"
    return f"good  {row['name']}  {shown(row['size'])}\n      {row['sentence']}\n      {row['english']}"
