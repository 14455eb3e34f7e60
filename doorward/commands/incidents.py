"""4–7: `doorward diagnose`, `incident`, `recover`, `review`: what people read of an incident, and say to it."""

from __future__ import annotations

import getpass
import importlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Annotated

import msgspec
import typer

from doorward.commands.opening import opened
from doorward.commands.shared import DEFAULT_CONFIG, FOUND, OK, ConfigOption, Output, OutputOption, reported
from doorward.diagnose import differential, explain, news, summarise
from doorward.errors import ActionRefused, InputInvalid, Problem
from doorward.incident_log import encode_body
from doorward.model.diagnosis import Differential
from doorward.model.entry import Acknowledged, Approved, EntryBody, Noted, Resolved
from doorward.model.incident import Incident, IncidentState
from doorward.review.postmortem import postmortem
from doorward.review.render import Format, render
from doorward.review.sentences import sentence
from doorward.settings import Settings
from doorward.wiring.rounds import Rounds

incident = typer.Typer(help="List, show, acknowledge, annotate, resolve incidents; read and verify their log.")

ID = Annotated[str, typer.Argument(help="Id of an incident, or `last`.")]


def _log(config: Path) -> tuple[Settings, ModuleType]:
    """The settings and the log; the log's module needs the store's tables, which exist only once it is opened."""
    settings = opened(config)
    return settings, importlib.import_module("doorward.store.log")


def _find(log: ModuleType, incident_id: str) -> Incident:
    found: tuple[Incident, ...] = log.incidents()
    for one in reversed(found):
        if incident_id in ("last", one.id):
            return one
    if not found:
        raise InputInvalid((Problem("incident.none", "there is no incident yet", fix="`doorward run` declares them"),))
    fix = f"one of: {', '.join(one.id for one in found)}"
    raise InputInvalid((Problem("incident.unknown", f"there is no incident {incident_id!r}", fix=fix),))


def _say(config: Path, incident_id: str, body: EntryBody) -> Incident:
    """Append what a person says, in the name of the account that runs the command. Raises ActionRefused where the
    incident cannot take it as it stands now."""
    settings, log = _log(config)
    found = _find(log, incident_id)
    ledger = importlib.import_module("doorward.store.ledger")
    ledger.append_fitting(found.id, _account(), datetime.now(UTC), [body])
    log.write_anchor(settings.state / "log.anchor")
    return _find(log, found.id)


def _account() -> str:
    """Who runs the command; an account without a name (a container's) by its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"account {os.getuid()}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _line(one: Incident) -> str:
    return f"{one.id:16} {one.state:11} {one.declared_at:%Y-%m-%d %H:%M:%S}  {one.title}"


@incident.command("list")
@reported
def list_(output: OutputOption = Output.TEXT, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Every incident, oldest first; exit 1 while one is open."""
    found: tuple[Incident, ...] = _log(config)[1].incidents()
    for one in found:
        print(_json(one) if output is Output.JSON else _line(one))
    raise typer.Exit(FOUND if any(one.state.is_open for one in found) else OK)


@incident.command()
@reported
def show(incident_id: ID = "last", output: OutputOption = Output.TEXT, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """One incident: state, timeline, differential, plan; exit 1 while it is open."""
    log = _log(config)[1]
    one = _find(log, incident_id)
    if output is Output.JSON:
        print(_json(one))
    else:
        print(_line(one))
        for entry in log.entries(one.id):
            print(f"  {entry.at:%H:%M:%S}  {sentence(entry)}")
        if one.question:
            print(f"  asks: {one.question}")
    raise typer.Exit(FOUND if one.state.is_open else OK)


@incident.command()
@reported
def ack(incident_id: ID = "last", note: str = "", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take the incident: escalation by time stops."""
    print(_line(_say(config, incident_id, Acknowledged(note))))


@incident.command()
@reported
def note(incident_id: ID, text: str, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Write a note into the incident's log."""
    print(_line(_say(config, incident_id, Noted(text))))


@incident.command()
@reported
def resolve(incident_id: ID = "last", reason: str = "", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Say that the incident is over. Refused while Doorward is repairing."""
    one = _find(_log(config)[1], incident_id)
    if one.state == "recovering" or not one.state.is_open:
        raise ActionRefused(f"{one.id} is {one.state}", fix="wait until it has recovered")
    print(_line(_say(config, one.id, Resolved(reason or "resolved by a person"))))


@incident.command("log")
@reported
def log_(incident_id: ID = "last", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """The incident's entries as JSON lines, as they are chained."""
    log = _log(config)[1]
    for entry in log.entries(_find(log, incident_id).id):
        body = msgspec.Raw(encode_body(entry.body).encode())
        print(
            _json(
                {
                    "seq": entry.seq,
                    "incident": entry.incident,
                    "at": entry.at,
                    "by": entry.by,
                    "kind": entry.kind,
                    "body": body,
                    "previous": entry.previous,
                    "hash": entry.hash,
                }
            )
        )


@incident.command()
@reported
def verify(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Prove that no line of the log was changed, moved or cut off; exit 1 and the first broken line if one was."""
    settings, log = _log(config)
    print(f"the log holds: {log.verify(settings.state / 'log.anchor')} lines, each following from the one before it")


@reported
def diagnose(
    incident_id: ID = "last",
    explained: Annotated[bool, typer.Option("--explain", help="Each step: all evidence with its weight.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Judge anew what was kept of each round; nothing is written.")
    ] = False,
    output: OutputOption = Output.TEXT,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Why, and what it is not: every cause with its verdict, what could not be tested, and what to check next."""
    settings, log = _log(config)
    one = _find(log, incident_id)
    found = _judged_again(settings, one.id) if again else one.differential
    if found is None:
        print("nothing was kept to judge again" if again else "no differential has been made yet")
        raise typer.Exit(FOUND)
    told = explain if explained else summarise
    print(_json(found) if output is Output.JSON else told(found))


def _judged_again(settings: Settings, incident_id: str) -> Differential | None:
    """What each kept round gives by this version, told on stderr; returns what stands after the last one."""
    standing: Differential | None = None
    for at, observations in Rounds(settings.state).kept(incident_id):
        made = differential(observations, at)
        standing = news(standing, made) or standing
        print(f"{at:%Y-%m-%d %H:%M:%S}  {made.conclusion}: {made.reason}", file=sys.stderr)
    return standing


@reported
def recover(
    incident_id: ID = "last",
    apply: Annotated[bool, typer.Option("--apply", help="Approve the plan; `doorward run` carries it out.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show what would be done (nothing is changed); with --apply, approve it."""
    one = _find(_log(config)[1], incident_id)
    if one.plan is None:
        print(f"there is no plan for {one.id}: {one.question or 'not diagnosed yet'}")
        raise typer.Exit(FOUND)
    print(f"plan {one.plan.digest}: {one.plan.reason}")
    for record in one.actions:
        count = "" if record.action.count is None else f" ({record.action.count} now)"
        print(f"  {record.action.step}. {record.action.effect}{count}: {record.state} {record.detail}".rstrip())
    if not apply:
        print("nothing was changed; --apply approves this plan" if one.approved_plan is None else "it is approved")
        return
    if one.state in (IncidentState.RECOVERED, IncidentState.RESOLVED):
        raise ActionRefused(f"{one.id} is {one.state}: its plan is not needed any more")
    if one.approved_plan == one.plan.digest:
        raise ActionRefused("this plan is approved already")
    _say(config, one.id, Approved(one.plan.digest, "by command line"))
    print("approved; `doorward run` carries it out")


@reported
def review(
    incident_id: ID = "last",
    output: Annotated[Format, typer.Option("--format", help="md, html or json.")] = Format.MARKDOWN,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """The postmortem, computed from the incident's log alone."""
    log = _log(config)[1]
    print(render(postmortem(log.entries(_find(log, incident_id).id)), output))
