"""The tables of doorward.toml: every key with default, range and meaning; `reference()` is drawn from them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from doorward.model.service import Role
from doorward.settings_logs import LogOptionsTable, MappingTable, RouteTable

Seconds = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]


class Table(BaseModel):
    """A TOML table: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DoorwardTable(Table):
    """[doorward]: Doorward's own place and store."""

    state: Path = Field(Path("var"), description="directory for Doorward's database, versions, spool and keys")
    store: str = Field("", description="postgresql://… ; empty = SQLite in the state directory")


class DashboardTable(Table):
    """[dashboard]: where people look."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8700, ge=0, le=65535, description="port to listen on; 0 = any free one")
    public_url: str = Field("", description="address people use, if a proxy stands in front")
    metrics_token_file: Path | None = Field(
        None, description="file with the bearer token (16 characters or more) by which a machine reads /metrics"
    )


class ServiceTable(Table):
    """[service]: what people sign in to."""

    name: str = Field(description="the name people know it by")
    directory: Path = Field(Path(), description="base of the components' relative paths, relative to this file")


class ReloadTable(Table):
    """[component.reload]: how the component takes a new configuration."""

    signal: Literal["HUP", "USR1", "USR2"] | None = Field(None, description="signal sent to the process in `pid_file`")
    command: tuple[str, ...] = Field((), description="or: a command, run without a shell")
    settle_s: Seconds = Field(5.0, description="longest time the reload may take")


class EndTable(Table):
    """[[component.end]]: a day on which something of the component ends, and which no file tells."""

    kind: Literal["certificate", "secret", "password", "key", "token"] = Field(description="what ends")
    name: str = Field(description="what people know it by, such as: of the directory account")
    day: date = Field(description="the day on which it ends")


class RehearsalTable(Table):
    """[component.rehearsal]: the pages that `doorward rehearse` uses, named once."""

    protected_url: str = Field("", description="a page that needs a sign-in; default: Django's administration")
    sign_in_url: str = Field("", description="the sign-in page; default: where the protected page leads")
    sso_url: str = Field("", description="the page that sends people to the provider; empty = not tried")
    sso_double: Path | None = Field(None, description="Python file with `sent_back(asked)`: the provider's answer")


class SourceTable(Table):
    """[component.source]: where the log's lines come from, if not from the file `log` (docs/sources.md)."""

    kind: Literal["file", "stdin", "journald", "syslog", "http", "loki", "elasticsearch", "kafka"] = Field(
        "file", description="file, stdin, journald, syslog, http, loki, elasticsearch or kafka"
    )
    listen: str = Field("127.0.0.1:5514", description="syslog (UDP and TCP), http: address and port")
    token_file: Path | None = Field(
        None, description="http: bearer token of the senders; loki, elasticsearch: ours; kafka: sasl.password"
    )
    token_env: str = Field("", description="or: environment variable with the token")
    authorization: Literal["Bearer", "Basic", "ApiKey"] = Field(
        "Bearer", description="loki, elasticsearch: what stands before the token; Basic: the token is name:password"
    )
    ca_file: Path | None = Field(
        None, description="loki, elasticsearch, kafka: CA of the server; default: the system's"
    )
    tenant: str = Field("", description="loki: X-Scope-OrgID")
    most_bytes: int = Field(4_194_304, ge=1024, le=16_777_216, description="http: longest request, also unpacked")
    address: str = Field("", description="loki, elasticsearch: http://host:port; kafka: its brokers, host:port,…")
    query: str = Field("", description="loki: LogQL selector; elasticsearch: query string, empty = all; kafka: topic")
    index: str = Field("", description="elasticsearch: index, data stream or pattern")
    line_field: str = Field("", description="elasticsearch: field with the line; empty = the document is the line")
    time_field: str = Field("@timestamp", description="elasticsearch: field with the time")
    options: dict[str, str] = Field({}, description="kafka: more of librdkafka's configuration, without secrets")
    units: tuple[str, ...] = Field((), description="journald: units; empty = all")
    journal: Path | None = Field(None, description="journald: a journal file or directory; default: the machine's own")
    every_s: Seconds = Field(2.0, description="loki, elasticsearch: seconds between questions")
    late_s: Seconds = Field(30.0, le=300, description="loki, elasticsearch: lines that come so late are still found")


class ComponentTable(Table):
    """[[component]]: a part of the service."""

    name: Name = Field(description="unique name")
    role: Role = Field(description="provider, client, proxy, store or database")
    kind: str = Field(description="django, school, …: `doorward rules` lists what each kind can be checked for")
    environment: str = Field("", description="where it runs: production, staging, …; empty = it serves all of them")
    config: tuple[Path, ...] = Field((), description="the files whose versions are taken and put back")
    settings: str = Field("", description="Django settings module; used to check settings and to clear sessions")
    project: Path = Field(Path(), description="working directory and import root of the settings module")
    python: Path | None = Field(None, description="interpreter of the guarded project; default: this one")
    env: dict[str, str] = Field({}, description="environment for loading the settings; `{dir}` = service.directory")
    log: Path | None = Field(None, description="log to follow")
    log_kind: str = Field("", description="kind of the log's lines; default: the component's kind")
    log_options: LogOptionsTable = Field(default_factory=lambda: LogOptionsTable())
    source: SourceTable = Field(default_factory=lambda: SourceTable())
    address: str = Field("", description="http://host:port where it listens")
    health: str = Field("", description="liveness path, such as /healthz")
    pid_file: Path | None = Field(None, description="file with the process id")
    database: str = Field("", description="sqlite:PATH or postgresql://…: examined in a diagnosis")
    store: str = Field("", description="redis://host:port or rediss://…: its session store, examined in a diagnosis")
    store_password_file: Path | None = Field(None, description="file with the store's password")
    issuer: str = Field("", description="OpenID issuer whose document and keys are examined in a diagnosis")
    ldap: str = Field("", description="ldap://host:port or ldaps://…: its directory, examined in a diagnosis")
    upstream: tuple[str, ...] = Field((), description="addresses of services that others keep and that it needs")
    keys: tuple[Path, ...] = Field((), description="its files with keys, certificates and secrets; never shown")
    code: tuple[Path, ...] = Field((), description="directories and files of its code: their change marks a deploy")
    authorities: Path | None = Field(None, description="certificates (PEM) that its own is believed by")
    session_hash_key_file: Path | None = Field(None, description="key of the hashes by which the log names sessions")
    reload: ReloadTable = Field(default_factory=lambda: ReloadTable())
    rehearsal: RehearsalTable = Field(default_factory=lambda: RehearsalTable())
    public_url: str = Field("", description="address people use")
    forwarded: tuple[str, ...] = Field((), description="headers that the proxy in front sets")
    end: tuple[EndTable, ...] = Field((), description="days on which something ends")


class VantageTable(Table):
    """[vantage]: from where this Doorward looks; several may look from different places into one store."""

    name: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]*)?$", max_length=40)] = Field(
        "", description="name of the place, such as office; empty = there is one place only"
    )
    control: Annotated[str, Field(pattern=r"^(.+:[0-9]{1,5})?$")] = Field(
        "", description="host:port that takes a connection whenever this place has a network; asked before blame"
    )


class MailTable(Table):
    """[probe.mail]: where the mail of a password reset arrives (journey reset-mail)."""

    place: str = Field("", description="maildir:DIRECTORY, files:DIRECTORY, imaps://host/FOLDER or imap://host/FOLDER")
    address_file: Path | None = Field(None, description="file with what is typed into the form; default: the user name")
    username_file: Path | None = Field(None, description="imap: file with the account name")
    password_file: Path | None = Field(None, description="imap: file with the password")
    wait_s: Seconds = Field(60.0, le=600, description="longest time the mail may take")


class ProbeTable(Table):
    """[[probe]]: a sign-in that Doorward does all day."""

    name: Name = Field(description="unique name")
    journey: (
        Literal["form", "oidc", "openid", "client-credentials", "basic", "session", "browser"]
        | Literal["saml", "ldap", "ssh", "reset-mail", "metadata"]
    ) = Field(
        description="how to sign in (docs/probing.md): form, oidc (from a client's page), openid (as a client by its "
        "issuer), client-credentials, basic (HTTP), session (a session kept from before), browser (a real one), saml, "
        "ldap, ssh, reset-mail (ask for a new password, and open the link in the mail), metadata (what a provider "
        "publishes of itself, nobody signs in)"
    )
    start: str = Field("", description="the page a person opens first; default: the issuer")
    return_to: str = Field("", description="a page visited again with the session, from another address")
    accounts_file: Path | None = Field(None, description="JSON list of accounts; the one marked `monitor` signs in")
    username_file: Path | None = Field(None, description="or: file with the user name")
    password_file: Path | None = Field(None, description="and: file with the password")
    username_env: str = Field("", description="or: environment variable with the user name")
    password_env: str = Field("", description="or: environment variable with the password")
    totp_secret_file: Path | None = Field(None, description="file with the key of one-time codes, in base32 (RFC 6238)")
    totp_secret_env: str = Field("", description="or: environment variable with it")
    issuer: str = Field("", description="openid, client-credentials: the provider's issuer URL")
    client_id: str = Field("", description="openid, client-credentials: the client that the probe is")
    client_secret_file: Path | None = Field(None, description="file with its secret; without one it is a public client")
    client_secret_env: str = Field("", description="or: environment variable with it")
    client_authentication: Literal["", "client_secret_basic", "client_secret_post", "none"] = Field(
        "", description="how the secret is sent: client_secret_basic, client_secret_post; empty = as the provider says"
    )
    redirect_uri: str = Field("", description="openid: the client's redirect URI; the redirect to it is never followed")
    post_sign_out_uri: str = Field("", description="openid: the client's post-logout redirect URI; never opened either")
    scope: str = Field("openid", description="openid, client-credentials: scopes, with blanks between")
    then: tuple[Literal["userinfo", "refresh", "introspection", "sign-out"], ...] = Field(
        ("userinfo", "refresh", "sign-out"),
        description="openid: what to try with the tokens: userinfo, refresh, introspection, sign-out",
    )
    hosts: tuple[str, ...] = Field((), description="further hosts that may be asked; others never are")
    authorities: Path | None = Field(None, description="certificates (PEM) to believe beside the system's")
    loopback_is_secure: bool = Field(False, description="keep Secure cookies on http://localhost, as browsers there do")
    session_file: Path | None = Field(None, description="session: where it is kept (mode 0600); default: in memory")
    addresses: tuple[str, ...] = Field((), description="client addresses to come from, sent as X-Forwarded-For")
    token_file: Path | None = Field(None, description="sent as X-Synthetic, so that the service marks the probe")
    expect_text: str = Field("", description="text that the signed-in page must show")
    starttls: bool = Field(False, description="ldap: go on under TLS on an ldap:// address")
    key_file: Path | None = Field(None, description="ssh: private key; without one, the password is used")
    known_hosts: Path | None = Field(None, description="ssh: file with the host's key, as ssh-keyscan prints it")
    mail: MailTable = Field(default_factory=lambda: MailTable())
    every_s: Seconds = Field(20.0, description="seconds between runs")
    jitter: Share = Field(0.1, description="each pause is longer or shorter by up to this share")
    timeout_s: Seconds = Field(5.0, description="longest wait for one answer")
    failures: int = Field(2, ge=1, le=20, description="a failure is evidence once so many runs failed …")
    of_last: int = Field(3, ge=1, le=20, description="… of so many; 1 of 1 = each failure is")


class UsualTable(Table):
    """[watch.usual]: cautious first guesses of what is usual, until enough history is learned."""

    wrong_passwords: Share = Field(0.12, description="share of sign-ins with a mistyped password")
    sign_in_failures: Share = Field(0.02, description="share of sign-ins failing for any other reason")
    session_rejections: Share = Field(0.06, description="share of presented sessions that are refused")
    server_errors: Share = Field(0.005, description="share of requests answered with 5xx")
    slow_requests: Share = Field(0.02, description="share of requests that take 2 s or longer")
    inquiries_per_min: float = Field(0.5, ge=0, description="support inquiries a minute")


class WatchTable(Table):
    """[watch]: how suspicious Doorward is."""

    false_alarms_per_month: float = Field(1.0, gt=0, description="budget for the whole service, shared by all segments")
    window_s: Seconds = Field(10.0, description="width of a counting window")
    usual: UsualTable = Field(default_factory=lambda: UsualTable())


class ChannelTable(Table):
    """[[channel]]: a way to reach a person."""

    name: Name = Field(description="unique name")
    kind: str = Field(description="console, file or smtp")
    path: Path | None = Field(None, description="file: pages are appended here as JSON lines")
    host: str = Field("", description="smtp: server")
    port: int = Field(25, ge=1, le=65535, description="smtp: port")
    sender: str = Field("", description="smtp: From address")
    to: str = Field("", description="smtp: recipient")
    starttls: bool = Field(False, description="smtp: upgrade the connection")
    username_file: Path | None = Field(None, description="smtp: file with the account name")
    password_file: Path | None = Field(None, description="smtp: file with the password")


class LevelTable(Table):
    """[[respond.level]]: one level of the escalation chain, first to last."""

    name: str = Field(description="who this is, such as IT support")
    channels: tuple[str, ...] = Field(min_length=1, description="names of channels")
    after_s: Seconds = Field(300.0, description="without acknowledgement, go to the next level after this time")


class RespondTable(Table):
    """[respond]: who acts, and when the next person is asked."""

    level: tuple[LevelTable, ...] = Field((), description="the chain; default: the console alone")
    retry_first_s: Seconds = Field(5.0, description="first wait before an undelivered page is tried again; doubles")
    retry_most_s: Seconds = Field(300.0, description="longest such wait")


class RecoverTable(Table):
    """[recover]: what Doorward may repair."""

    approval: Literal["ask", "policy"] = Field("ask", description="ask = a person approves each plan")
    most_sessions: int = Field(500, ge=0, description="never clear more sessions than this without a person")
    pause_every: int = Field(50, ge=1, description="clear this many, then wait `pause_s`, against a sign-in stampede")
    pause_s: float = Field(0.2, ge=0, description="see pause_every")
    settle_s: Seconds = Field(10.0, description="quiet time after verification before the incident counts as recovered")
    version_age_s: float = Field(10.0, ge=0, description="a version is proved good after passing probes for this long")


def tables() -> dict[str, type[BaseModel]]:
    """Every table of doorward.toml by its header, in file order."""
    return {
        "[doorward]": DoorwardTable,
        "[dashboard]": DashboardTable,
        "[service]": ServiceTable,
        "[[component]]": ComponentTable,
        "[component.log_options]": LogOptionsTable,
        "[[component.log_options.route]]": RouteTable,
        "[[component.log_options.mapping]]": MappingTable,
        "[component.source]": SourceTable,
        "[component.reload]": ReloadTable,
        "[component.rehearsal]": RehearsalTable,
        "[[component.end]]": EndTable,
        "[vantage]": VantageTable,
        "[[probe]]": ProbeTable,
        "[probe.mail]": MailTable,
        "[watch]": WatchTable,
        "[watch.usual]": UsualTable,
        "[[channel]]": ChannelTable,
        "[respond]": RespondTable,
        "[[respond.level]]": LevelTable,
        "[recover]": RecoverTable,
    }


def reference() -> str:
    """Every key of doorward.toml as Markdown, drawn from the tables above."""
    blocks = []
    for header, table in tables().items():
        rows = [
            f"| `{name}` | {_default(table, name)} | {info.description or ''} |"
            for name, info in table.model_fields.items()
            if info.description
        ]
        doc = (table.__doc__ or "").partition(": ")[2].strip()
        blocks.append(
            f"## `{header}`\n\n{doc[:1].upper()}{doc[1:]}\n\n| key | default | meaning |\n|---|---|---|\n"
            + "\n".join(rows)
        )
    return "\n\n".join(blocks) + "\n"


def _default(table: type[BaseModel], name: str) -> str:
    info = table.model_fields[name]
    if info.is_required():
        return "required"
    default = info.default
    if default is None or default == "" or default == () or default == {}:
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
