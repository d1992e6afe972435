"""A query on the command line, which may begin with an exclusion: click would take `-huelga` for options."""

from collections.abc import Container, Sequence
from itertools import islice

import click


class Question(click.Command):
    """A command whose arguments are queries: `-huelga paro` is one, and no row of short options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, once queries stand behind the options."""
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option) and not one.is_flag]
        try:
            return super().parse_args(ctx, _queries_last(args, {name for one in options for name in one.opts}))
        except click.UsageError as error:
            if "extra argument" in error.message:
                raise click.UsageError(f"{error.message}. A query of several words stands in quotes.", ctx) from error
            raise


def _queries_last(args: Sequence[str], valued: Container[str]) -> list[str]:
    """Options with their values, `--`, then the rest in its order. A single letter behind one dash is an option, as `-h` is."""
    options, queries = list[str](), list[str]()
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            queries.extend(rest)
        elif arg in valued:
            options += [arg, *islice(rest, 1)]
        elif arg.startswith("--") or (arg.startswith("-") and len(arg) == 2):
            options.append(arg)
        else:
            queries.append(arg)
    return [*options, "--", *queries]
