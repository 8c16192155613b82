"""The commands: `python app.py COMMAND` (CONTRACT section 2). Exit codes: 0 done, 1 could not do it, 2 wrong usage."""

from typing import Any

import click

from feeds import VERSION
from feeds.cli.articles import articles
from feeds.cli.demo import demo
from feeds.cli.imports import import_files
from feeds.cli.lint import lint
from feeds.cli.migrate import migrate
from feeds.cli.serve_command import serve
from feeds.cli.sources import sources
from feeds.errors import BroadsheetError, Refusal


class Commands(click.Group):
    """Says in one line what a command could not do and why, and exits 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as error:
            for fault in error.faults:
                click.echo(f"{fault.pointer or '/'}: {fault.detail}", err=True)
            click.echo(f"{ctx.info_name}: {error.detail}", err=True)
        except (BroadsheetError, OSError) as error:
            click.echo(f"{ctx.info_name}: {error}", err=True)
        ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="Broadsheet")
def main() -> None:
    """Broadsheet, a feed publisher for newsrooms."""


for command in (serve, migrate, demo, import_files, articles, sources, lint):
    main.add_command(command)
