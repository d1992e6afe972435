"""The `pututu` command: options in, one call into a room, rows out. Errors that a user can mend are caught here and only here."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from core import garbage
from core.errors import PututuError, QueryError

# Where each command stands: its module is imported when it is called, so that one command does not pay for all the others.
COMMANDS: dict[str, str] = {
    "extract": "pipes", "feed": "pipes", "tag": "pipes", "translate": "pipes", "query": "pipes",
    "run": "flow", "up": "service", "demo": "service", "import": "flow", "crawl": "flow", "extract-again": "flow",
    "enrich": "flow", "index": "flow", "match": "flow", "deliver": "flow", "retry": "flow",
    "search": "questions", "trends": "trends", "spikes": "trends", "changes": "trends", "terms": "trends",
    "show": "documents", "stories": "documents", "story": "documents", "export": "exports", "why": "questions", "hidden": "hidden",
    "sources": "sources", "backfill": "backfill", "alerts": "alerts",
    "correct": "correcting", "corrections": "correcting", "lexicon": "lexicon", "evaluate": "evaluating", "reindex": "upkeep", "backup": "upkeep", "restore": "upkeep", "takedown": "upkeep", "doctor": "upkeep",
    "settings": "upkeep", "runs": "upkeep", "schedule": "upkeep",
    "retention": "retention", "models": "models", "canary": "canary",
}  # fmt: skip


class LazyGroup(click.Group):
    """A group whose commands are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table (the flow's order)."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"cli.{COMMANDS[cmd_name]}")
        command = getattr(module, cmd_name.replace("-", "_") + "_command")
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """As click does; but who reads our rows may stop when they have read enough (`| head`), and that is no failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest known name where there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            raise click.UsageError(f"{error.message}" + (f" Did you mean {near[0]}?" if near else ""), ctx) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="pututu", prog_name="pututu")
def root() -> None:
    """Pututu watches Peru's news, gazettes and public posts for extortion, strikes and legislation.

    \b
    Examples:
      pututu demo                              see the whole job on a bundled, fictional press
      pututu up                                the daemon: crawls, tags, indexes, mails, and serves the page
      pututu search 'extorsión transporte'     what the collected documents say
      pututu trends '"paro agrario"' --by day  how many a day

    Every command explains itself with --help. PUTUTU_HOME is the data folder; `pututu settings` lists all settings.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process: 0 done, 1 the work failed, 2 wrong options or arguments."""
    garbage.seldom()
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"] if debug else arguments
    try:
        code = root.main(arguments, prog_name="pututu", standalone_mode=False)
    except (PututuError, click.ClickException, click.Abort, KeyboardInterrupt) as error:
        if debug:
            raise
        code = _report(error)
    sys.exit(code if isinstance(code, int) else 0)


def _report(error: BaseException) -> int:
    match error:
        case click.ClickException():
            error.show()
            return error.exit_code
        case QueryError(position=int(position)):
            if error.query and "\n" not in error.query:
                click.echo(f"  {error.query}\n  {' ' * position}^", err=True)
            click.echo(f"pututu: {error}", err=True)
        case click.Abort() | KeyboardInterrupt():
            click.echo("pututu: stopped.", err=True)
            return 130
        case _:
            click.echo(f"pututu: {error}", err=True)
    return 1
