"""`serve`: everything checked, then this process becomes the supervisor, whose children do the work."""

import json
import os
import socket
import sys
from typing import NoReturn

import click

from feeds.cli.instance import ROOT, newsroom, read_settings
from feeds.clock import SystemClock
from feeds.demo.load import load
from feeds.errors import BroadsheetError
from feeds.model.dates import rfc3339
from feeds.pipeline.newsroom import keep_address
from feeds.pipeline.presence import begin
from feeds.settings import Settings, for_children
from feeds.store.database import Store, check_schema
from feeds.store.sqlite import RoleLock

ROLES = {"all": ("web", "worker"), "web": ("web",), "worker": ("worker",)}


class PortTaken(BroadsheetError):
    """Another program listens where we are to listen."""


@click.command()
@click.option("--demo", is_flag=True, help="Serve the demo newsroom, with its partner.")
@click.option("--role", type=click.Choice(list(ROLES)), default="all", show_default=True, help="What to run here.")
def serve(demo: bool, role: str) -> None:
    """Serve the newsroom: pages, feeds and API, and the worker that regenerates and polls."""
    settings = read_settings(demo=demo)
    store = Store(settings.database_url)
    try:
        check_schema(store)
        locks = [store.lock_role(name) for name in ROLES[role]]
        if "web" in ROLES[role]:
            _check_port(settings)
            keep_address(store, settings)
        begin(store, ROLES[role], SystemClock().now())
    finally:
        store.close()
    if demo:
        with newsroom(settings) as room:
            load(room)
    started = rfc3339(SystemClock().now()) if demo else None
    if "web" in ROLES[role]:
        click.echo(f"serving {settings.address}/ (Ctrl-C stops)")
    _become_supervisor(settings, ROLES[role], locks, started)


def _check_port(settings: Settings) -> None:
    """Bind once as no one else may: the server itself shares its port with its like, and would not notice."""
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"cannot listen at {host} port {port} (server.host, server.port): {error.strerror}"
            ) from error


def _become_supervisor(
    settings: Settings, roles: tuple[str, ...], locks: list[RoleLock], demo_started: str | None
) -> NoReturn:
    module = [sys.executable, "-m"]
    server = settings.server
    argv = {
        "web": [
            *(*module, "feeds.cli.web_process", "{lifeline}"),
            *(server.host, str(server.port), str(server.processes)),
            *(settings.log.format, settings.log.level),
        ],
        "worker": [*module, "feeds.cli.worker_process", "{lifeline}", *([demo_started] if demo_started else [])],
    }
    keep = [lock.fileno() for lock in locks]
    for descriptor in keep:
        os.set_inheritable(descriptor, True)
    told = {
        "children": [{"name": name, "argv": argv[name]} for name in roles],
        "keep": keep,
        "log_format": settings.log.format,
        "log_level": settings.log.level,
    }
    sys.stdout.flush()
    environ = for_children(os.environ)
    os.chdir(ROOT)
    os.execve(sys.executable, [*module, "feeds.cli.supervisor", json.dumps(told)], environ)
