"""`doctor`: how the newsroom is, for an operator at two in the morning."""

import json

import click

from feeds.cli.instance import newsroom
from feeds.pipeline.status import status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Say how the newsroom is; exits 1 where there is a fault."""
    with newsroom() as room:
        told = status(room)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print(told)
    if not told["ok"]:
        wrong = told["wrong"]
        assert isinstance(wrong, list)
        click.echo(f"doctor: {'; '.join(wrong)}", err=True)
        ctx.exit(1)


def _print(told: dict[str, object]) -> None:
    click.echo("all is well" if told["ok"] else "there are faults")
    database, processes, jobs = told["database"], told["processes"], told["jobs"]
    assert isinstance(database, dict)
    assert isinstance(processes, list)
    assert isinstance(jobs, list)
    size, free = _told_bytes(database["bytes"]), _told_bytes(database["free_bytes"])
    click.echo(f"database     {database['url']}, schema {database['schema']}, {size}, {free} free on its disk")
    for process in processes:
        click.echo(
            f"process      {process['role']} {process['pid']} since {process['started_at']}"
            f"{'' if process['is_alive'] else ', gives no sign of life'}"
        )
    waits = f", the oldest for {told['oldest_dirt_s']} s" if told["dirty"] else ""
    click.echo(f"dirty        {told['dirty']} channels{waits}")
    for job in jobs:
        ran = f"{job['outcome']} at {job['started_at']} in {job['took_s']} s" if job["started_at"] else "not run yet"
        line = f"{job['name']:<12} {ran}"
        detail = f": {job['detail']}" if job["outcome"] == "failed" else ""
        click.echo(f"job {line}, next {job['next_at']}{detail}")
    for kind, lines in _lists(told):
        for line in lines:
            click.echo(f"{kind:<12} {line}")


def _told_bytes(size: object) -> str:
    return f"{size / 2**20:,.0f} MiB" if isinstance(size, int) else "unknown size"


def _lists(told: dict[str, object]) -> list[tuple[str, list[str]]]:
    sources, faults, warnings, aside = told["sources"], told["faults"], told["warnings"], told["set_aside"]
    hubs = told["hubs"]
    assert isinstance(hubs, list)
    assert isinstance(sources, dict)
    assert isinstance(faults, dict)
    assert isinstance(warnings, list)
    assert isinstance(aside, list)
    return [
        ("set aside", [f"{one['article']}: {one['reason']}" for one in aside]),
        ("source", [f"{one['id']} ({one['state']}): {one['why']}" for one in sources["failing"]]),
        ("hub", [f"{one['hub']}: {one['waiting']} documents wait{_pause(one)}" for one in hubs]),
        ("fault", [f"{kind}: {count} since start" for kind, count in faults.items()]),
        ("warning", warnings),
    ]


def _pause(hub: dict[str, object]) -> str:
    return f", told again at {hub['next_at']} after {hub['failures']} failures" if hub["next_at"] else ""
