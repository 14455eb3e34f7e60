"""The two configurations that setup writes: what differs between sites stands in them, everything else is default."""

_AUTH = """\
# The authentication service. `python -m school config auth` explains every key.

[service]
public_url = "http://127.0.0.1:{auth_port}"
host = "127.0.0.1"
port = {auth_port}
help_url = "http://127.0.0.1:{portal_port}/cannot-sign-in/"
secret_key_file = "secrets/auth-secret-key"
allowed_hosts = ["127.0.0.1", "localhost"]

[database]
path = "auth.sqlite3"

[log]
path = "logs/auth.jsonl"
key_file = "secrets/log-key"

[session]
engine = "db"
serializer = "django.contrib.sessions.serializers.JSONSerializer"
life_minutes = 480
cookie_name = "auth_session"
cookie_path = "/"
cookie_secure = false
cookie_samesite = "Lax"
# A session is honoured only from the network in which its person signed in.
bind_ipv4_prefix = 24
bind_ipv6_prefix = 56

[csrf]
cookie_name = "auth_csrf"
cookie_secure = false

[password]
memory_kib = 19456
passes = 2
lanes = 1
reset_life_minutes = 60

[lockout]
failures = 10
cool_off_minutes = 10

[mail]
backend = "file"
directory = "mail"
from = "school@example.org"

[oidc]
signing_key_file = "secrets/oidc-signing-key.pem"
code_seconds = 60
access_token_minutes = 10
refresh_token_days = 14

[[client]]
id = "portal"
name = "School portal"
secret_file = "secrets/portal-client-secret"
redirect_uris = ["http://127.0.0.1:{portal_port}/sign-in/callback/"]
post_sign_out_uris = ["http://127.0.0.1:{portal_port}/signed-out/", "http://127.0.0.1:{portal_port}/"]

[proxy]
trusted = ["127.0.0.1", "::1"]

[monitoring]
token_file = "secrets/monitoring-token"

[server]
workers = 2
threads = 8
"""

_PORTAL = """\
# The portal. `python -m school config portal` explains every key.

[service]
public_url = "http://127.0.0.1:{portal_port}"
host = "127.0.0.1"
port = {portal_port}
secret_key_file = "secrets/portal-secret-key"
allowed_hosts = ["127.0.0.1", "localhost"]

[database]
path = "portal.sqlite3"

[log]
path = "logs/portal.jsonl"
key_file = "secrets/log-key"

[session]
life_minutes = 480
cookie_name = "portal_session"
cookie_secure = false
cookie_samesite = "Lax"

[sign_in]
issuer = "http://127.0.0.1:{auth_port}/o"
client_id = "portal"
client_secret_file = "secrets/portal-client-secret"
recheck_seconds = 30
timeout_seconds = 3.0

[media]
directory = "media"
max_upload_mib = 10

[proxy]
trusted = ["127.0.0.1", "::1"]

[monitoring]
token_file = "secrets/monitoring-token"

[server]
workers = 2
threads = 8
"""


def auth_toml(auth_port: int, portal_port: int) -> str:
    return _AUTH.format(auth_port=auth_port, portal_port=portal_port)


def portal_toml(auth_port: int, portal_port: int) -> str:
    return _PORTAL.format(auth_port=auth_port, portal_port=portal_port)
