"""docs/logs.md: every kind of log that Doorward reads, drawn from the kinds' own `LogFormat`s and the test cases."""

from __future__ import annotations

from pathlib import Path

from doorward.systems import systems

DOCS = Path(__file__).parent
PAGE = DOCS / "logs.md"
MAPPINGS = DOCS.parent / "tests" / "cases" / "logs" / "mapping"

OPENING = """# The logs that Doorward reads

A component's `log` is a file, its `log_kind` (default: its `kind`) one of those below. Try a log before you trust it:

```text
doorward events auth.log --kind sshd --explain          how it was read: patterns, where each field came from, counts
doorward events auth.log --kind sshd                    its events as JSON lines
doorward events auth.log.2.gz --kind sshd --as ocsf     the same as OCSF 3002
journalctl -o json -u ssh | doorward events - --kind sshd
doorward events door.log --config doorward.toml --component door --explain
```

`--explain` ends with 1 if no line was an event: the kind is wrong, or the log says nothing of sign-in.

**People, sessions and networks are never kept in clear.** At the door each becomes the first 16 hex digits of
HMAC-SHA256 over `kind:value`: a person's name case-folded, an IPv4 address by its /24, an IPv6 address by its /56. The
key is `hash_key_file`, else the component's `session_hash_key_file`, else one that Doorward makes (`log-key` in its
state directory). `doorward events` without `--config` or `--key-file` makes a key for the run, so hashes of two runs
differ. What a client calls itself is kept if it looks like a name; of a User-Agent only the browser's family; of a path
only the name of the configured route; of a reason only the vendor's code.

**Times.** One with a zone keeps it. One without has `time_zone` (default UTC); in the hour that the end of summer time
repeats it is the first of the two. One without a year has `year`, else the latest year that puts it no more than a day
after the file's last change (of a log that is followed: after now). 29 February is in the latest year that has one.

**Outcomes.** `success` and `failure` are attempts. `unknown` is a line beside the one that tells the outcome (sshd's
`Invalid user`, a second factor that is asked for): seen, and not counted as an attempt. A second factor that is not
believed is `wrong-second-factor`. A password that is not believed, a name that is not known, a locked or closed account
are what people do; all other reasons are what a service does to them.

**Probes.** An event is a probe's if its User-Agent has one of `probe_agents` (default `Doorward`), or its person stands
in `probe_accounts_file`.

**A line that does not parse** is counted, shown by its shape, and never fatal. A line that parses and says nothing of
sign-in is passed over. An event is one line: a log that tells one over several needs the setting that is named below.
"""

OWN = """## Reading a log of your own

With `log_kind = "mapping"` a log is read by the first `[[component.log_options.mapping]]` whose form fits and whose
`when` is found. A mapping names where the fields are (`person`, `source`, `session`, `client`, `provider`, `agent`,
`route`, `status`, `ms`, `time`, `outcome`, `reason`): a path of keys (`user.name`, `params.1.value`), a named group, or
a part of one. `outcomes` are the texts of the field `outcome`; `reasons` are expressions searched in the field
`reason`, with the shared word that each means. The event keeps your expression as its code, never the log's
text. Below `options` stands for `component.log_options`; the examples are tested on these products' public logs.
"""

ROUTES = """## Access logs: naming the pages

Of nginx, Apache, gunicorn and runserver, a request is named by the first route that its path (without the query) fits
wholly. A POST to a route that `is_sign_in` is an attempt: a status in `succeeded` (default 302, 303) is a success, 401
and 403 are access-denied, 429 is locked-out, 500 and above is server-error, and anything else (the form shown again) is
wrong-password. Without routes there are requests and server errors only.

```toml
[[component.log_options.route]]
name = "sign-in"
path = "/accounts/login/?"
is_sign_in = true

[[component.log_options.route]]
name = "courses"
path = "/courses/.*"
```
"""

SCHOOL = """## The kind `school`

JSON lines, one event a line; any service can write it, and hashes its people itself. Unknown events are passed over.

Every line has `time` (ISO 8601 with zone), `event`, and may have `config` (first 12 hex digits of the SHA-256 of the
configuration in force) and `synthetic` (true for a monitor's own requests).

| event | fields | read as |
|---|---|---|
| `sign-in` | `outcome` succeeded, failed; `reason`; `person`, `session`, `source`, `client`, `agent` | one attempt |
| `session` | `outcome` accepted, rejected; `reason` ok, unknown, expired, unreadable, network-changed, \
ended-at-provider, inactive; `person`, `session`, `source` | a session that a request presented |
| `token` | `outcome` issued, refused; `reason`, `client` | an answer of the token endpoint |
| `authorization` | `outcome` refused; `reason`, `person`, `client` | a client asked wrongly for a person |
| `request` | `route`, `status`, `ms`, `source`, `person` | a page; 500 and above is an error |
| `error` | `route`, `exception` | an unhandled exception, by class name |
| `support-inquiry` | `person`, `topic` | somebody says that they cannot sign in |
| `configuration-loaded` | | the service runs with `config` from now on |
| `sign-out` | `person`, `session` | |

`reason` of a failed sign-in: wrong-password, unknown-person, locked-out, inactive, csrf, provider-error,
state-mismatch, token-refused, access-denied. What people type wrong is told apart from what a service does wrong.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([OPENING, _kinds(), _fields(), ROUTES, SCHOOL, OWN, *_examples()])


def _kinds() -> str:
    rows = [
        f"| `{kind}` | {one.log.lines} | {one.log.times} | {one.log.source} |"
        for kind, one in systems().items()
        if one.log is not None
    ]
    head = "## The kinds\n\n| kind | lines | times | documented in |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _fields() -> str:
    names = ("person", "source", "session", "client", "agent", "reason")
    rows = [
        f"| `{kind}` | " + " | ".join(one.log.origins.get(name, "") for name in names) + " |"
        for kind, one in systems().items()
        if one.log is not None and one.log.origins
    ]
    head = f"## Where the fields come from\n\n| kind | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n"
    return head + "\n".join(rows) + "\n"


def _examples() -> list[str]:
    """The mappings of the test cases, which are proved on those products' public logs."""
    return [
        f"### {path.stem}\n\n```toml\n{path.read_text().partition('[[line]]')[0].strip()}\n```\n"
        for path in sorted(MAPPINGS.glob("*.toml"))
    ]
