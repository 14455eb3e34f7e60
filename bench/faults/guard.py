"""The doorward.toml of one run: what Doorward is told of the school, and nothing of the fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bench.faults.fault import Layout

_HEAD = """\
[doorward]
state = "doorward"

[dashboard]
port = 0

[service]
name = "School portal"
directory = "school"

[recover]
approval = "ask"
version_age_s = 5
"""

_COMPONENT = """
[[component]]
name = "{name}"
role = "{role}"
kind = "school"
config = ["{name}.toml"]
settings = "school.{name}.settings"
project = "{release}"
env = {{ SCHOOL_{upper}_CONFIG = "{{dir}}/{name}.toml" }}
log = "logs/{name}.jsonl"
address = "{address}"
health = "/healthz"
pid_file = "run/{name}.pid"
reload = {{ signal = "HUP", settle_s = 15 }}
"""

_PROBE = """
[[probe]]
name = "portal-sign-in"
journey = "oidc"
start = "{portal}/courses/"
return_to = "{auth}/"
accounts_file = "secrets/people.json"
token_file = "secrets/monitoring-token"
addresses = ["203.0.113.10", "203.0.113.77", "203.0.113.142", "203.0.113.201"]
every_s = 4
timeout_s = 4
"""


@dataclass(frozen=True, slots=True)
class Told:
    """Addresses as people know them, and where the parts lie; `store` is the provider's, `authorities` a CA of ours."""

    auth: str
    portal: str
    release: str
    auth_database: str
    portal_database: str
    store: str = ""
    authorities: str = ""


def doorward_toml(layout: Layout, told: Told) -> str:
    """The file's text."""
    parts = [_HEAD]
    code = [f"{told.release}/school"]
    if not layout.is_external:
        keys = ["auth-secret-key", "oidc-signing-key.pem", "portal-client-secret-at-auth"]
        extra: dict[str, str | list[str]] = {
            "database": told.auth_database,
            "store": told.store,
            "issuer": f"{told.auth}/o",
            "code": code,
        }
        parts.append(_component("auth", "provider", told.auth, told, {**extra, "keys": _secrets(keys)}))
    upstream = [told.auth] if layout.is_external else []
    keys = ["portal-secret-key", "portal-client-secret"]
    extra = {"database": told.portal_database, "upstream": upstream, "code": code, "keys": _secrets(keys)}
    parts.append(_component("portal", "client", told.portal, told, extra))
    parts.append(_PROBE.format(portal=told.portal, auth=told.auth))
    return "".join(parts)


def _secrets(names: list[str]) -> list[str]:
    return [f"secrets/{name}" for name in names]


def _component(name: str, role: str, address: str, told: Told, extra: Mapping[str, str | list[str]]) -> str:
    text = _COMPONENT.format(name=name, upper=name.upper(), role=role, address=address, release=told.release)
    said = {**extra, "authorities": told.authorities}
    return text + "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items() if value)
