"""The commands: `python app.py COMMAND` (CONTRACT section 2). Exit codes: 0 done, 1 could not do it, 2 wrong usage."""

from typing import Any

import click

from feeds import VERSION
from feeds.cli.articles import articles
from feeds.cli.backup import backup
from feeds.cli.demo import demo
from feeds.cli.doctor import doctor
from feeds.cli.imports import import_files
from feeds.cli.lint import lint
from feeds.cli.migrate import migrate
from feeds.cli.rebuild import rebuild
from feeds.cli.serve_command import serve
from feeds.cli.sources import sources
from feeds.cli.tokens import tokens
from feeds.errors import BroadsheetError, Refusal, words_of


class Commands(click.Group):
    """Says in one line what a command could not do and why, and exits 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as error:
            told = words_of(error)
        except BrokenPipeError:
            told = "whoever read the output has closed it"
        except OSError as error:
            told = ": ".join(str(part) for part in (error.filename, error.strerror) if part) or str(error)
        except BroadsheetError as error:
            told = str(error)
        click.echo(f"{ctx.info_name}: {told}", err=True)
        ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="Broadsheet")
def main() -> None:
    """Broadsheet, a feed publisher for newsrooms."""


for command in (serve, migrate, doctor, rebuild, import_files, articles, sources, tokens, lint, backup, demo):
    main.add_command(command)
