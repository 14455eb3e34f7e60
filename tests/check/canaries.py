"""A file of every kind with a canary, written `@`, wherever such a file holds a secret or a person (an `@` of the
file itself is written `¤`), and a change that rules speak of."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Template:
    """`changed` is a piece of the text and what it becomes in the new file."""

    kind: str
    name: str
    text: str
    changed: tuple[str, str]

    def old(self, canary: str) -> str:
        """As it stood, with the canary."""
        return _planted(self.text, canary)

    def new(self, canary: str) -> str:
        """As it would become, with another."""
        before, after = self.changed
        assert before in self.text
        return _planted(self.text.replace(before, after), canary)


def _planted(text: str, canary: str) -> str:
    """In an address a secret is written as addresses ask for it (RFC 3986, section 3.2.1)."""
    return text.replace("@¤", quote(canary, safe="") + "¤").replace("@", canary).replace("¤", "@")


TEMPLATES = (
    Template(
        "school",
        "auth.toml",
        """\
[service]
public_url = "http://user:@¤id.example.com"
port = 1
secret_key_file = "key"
api_token = "@"
[session]
cookie_name = "sid"
redis_url = "redis://:@¤cache/0"
password = "@"
[mail]
password = "@"
username = "@"
[oidc]
signing_key = "@"
[[client]]
id = "portal"
secret = "@"
""",
        ('cookie_name = "sid"', 'cookie_name = "other"'),
    ),
    Template(
        "keycloak",
        "realm.json",
        """\
{
  "realm": "school",
  "sslRequired": "none",
  "ssoSessionMaxLifespan": 36000,
  "attributes": {"note": "@"},
  "clients": [{"clientId": "portal", "secret": "@", "registrationAccessToken": "@",
    "attributes": {"client.secret.rotated": "@", "note": "@"}}],
  "smtpServer": {"host": "mail.example.com", "user": "@", "password": "@"},
  "identityProviders": [{"alias": "town", "providerId": "oidc", "config": {"clientSecret": "@", "x": "@"}}],
  "components": {"org.keycloak.keys.KeyProvider": [{"name": "k", "providerId": "rsa",
    "config": {"privateKey": ["@"], "keystorePassword": ["@"], "secret": ["@"]}}],
    "org.keycloak.storage.UserStorageProvider": [{"name": "l", "providerId": "ldap",
    "config": {"bindCredential": ["@"], "bindDn": ["@"]}}]},
  "users": [{"username": "@", "email": "@", "credentials": [{"value": "@", "secretData": "@"}]}]
}
""",
        ('"ssoSessionMaxLifespan": 36000', '"ssoSessionMaxLifespan": 60'),
    ),
    Template(
        "keycloak",
        "realm.json5",
        "// a realm\n{realm: 'school', ssoSessionMaxLifespan: 36000, clients: [{clientId: 'a', secret: '@'}],}\n",
        ("36000", "60"),
    ),
    Template(
        "keycloak",
        "realm.yaml",
        """\
realm: school
ssoSessionMaxLifespan: 36000
clients:
  - clientId: portal
    secret: @
    attributes: {client.secret.rotated: '@'}
smtpServer: {host: mail.example.com, user: @, password: "@"}
users:
  - username: @
    credentials: [{value: @}]
""",
        ("36000", "60"),
    ),
    Template(
        "keycloak",
        "kc.conf",
        """\
hostname=https://id.example.com
db=postgres
db-username=@
db-password=@
db-url=jdbc:postgresql://u:@¤db/k?password=@
https-key-store-password=@
spi-truststore-file-password=@
spi-email-token=@
""",
        ("hostname=https://id.example.com", "hostname=https://login.example.com"),
    ),
    Template(
        "keycloak",
        "keycloak.env",
        "KC_HOSTNAME=https://id.example.com\nKC_DB_PASSWORD=@\nKC_DB_URL=jdbc:postgresql://u:@¤db/k\nKC_FOO=@\n"
        "KC_BOOTSTRAP_ADMIN_PASSWORD='@'\nTOKEN=@\n",
        ("https://id.example.com", "http://id.example.com"),
    ),
    Template(
        "oauth2-proxy",
        "proxy.cfg",
        """\
cookie_secret = "@"
client_id = "portal"
client_secret = "@"
redis_password = "@"
redis_connection_url = "redis://:@¤cache/0"
github_users = ["@"]
jwt_key = "@"
secret_of_tomorrow = "@"
login_url = "https://user:@¤id.example.com/"
basic_auth_password = "@"
upstreams = ["http://user:@¤127.0.0.1:8080/"]
cookie_name = "_proxy"
""",
        ('cookie_name = "_proxy"', 'cookie_name = "_other"\ncookie_samesite = "strict"'),
    ),
    Template(
        "oauth2-proxy",
        "proxy.env",
        'OAUTH2_PROXY_COOKIE_NAME=a\nOAUTH2_PROXY_COOKIE_SECRET="@"\nOAUTH2_PROXY_COOKIE_SECRETS=@\nTOKEN=@\n',
        ("NAME=a", "NAME=b"),
    ),
    Template(
        "oauth2-proxy",
        "alpha.yaml",
        """\
upstreamConfig:
  upstreams:
    - {id: a, path: /, uri: 'http://user:@¤127.0.0.1:8080'}
injectRequestHeaders:
  - {name: Authorization, values: [{value: @}]}
providers:
  - id: a
    provider: oidc
    clientID: portal
    clientSecret: @
    b: @
    oidcConfig: {issuerURL: https://id.example.com}
""",
        ("issuerURL: https://id.example.com", "issuerURL: https://other.example.com"),
    ),
    Template(
        "authelia",
        "configuration.yml",
        """\
jwt_secret: '@'
session:
  name: 'mine'
  secret: '@'
  redis: {host: 'h', password: '@'}
  cookies: [{domain: 'example.com', authelia_url: 'https://auth.example.com'}]
storage:
  encryption_key: '@'
  postgres: {address: 'tcp://u:@¤db:5432', username: '@', password: '@'}
authentication_backend: {ldap: {user: 'cn=@', password: '@'}}
notifier: {smtp: {username: '@', password: '@', sender: '@¤example.com'}}
access_control: {rules: [{domain: 'a.b', policy: 'one_factor', subject: 'user:@'}]}
identity_providers:
  oidc:
    hmac_secret: '@'
    jwks:
      - {key: '@'}
      - key: |
          -----BEGIN PRIVATE KEY-----
          @
          -----END PRIVATE KEY-----
    clients: [{client_id: 'a', client_secret: '$plaintext$@'}]
""",
        ("name: 'mine'", "name: 'other'"),
    ),
    Template(
        "dex",
        "config.yaml",
        """\
issuer: https://id.example.com
storage: {type: postgres, config: {host: h, user: @, password: @}}
connectors:
- {type: oidc, id: a, name: A, config: {clientID: b, clientSecret: @}}
- {type: ldap, id: l, name: L, config: {bindDN: 'cn=@', bindPW: @}}
staticClients: [{id: a, name: A, secret: @, redirectURIs: ['https://portal.example.com/back']}]
enablePasswordDB: true
staticPasswords: [{email: @¤example.com, hash: @, username: @, name: @}]
signer: {type: vault, config: {token: @}}
""",
        ("issuer: https://id.example.com", "issuer: https://other.example.com"),
    ),
    Template(
        "nginx",
        "nginx.conf",
        """\
map $http_x_key $door {
    "@" 1;
}
server {
    listen 80;
    server_name portal.example.com;
    secure_link_md5 "$uri @";
    set $api_token "@";
    if ($http_x_key = "@") {
        return 200 "@";
    }
    location /auth/ {
        proxy_set_header Authorization "Basic @";
        proxy_set_header X-Api-Key @;
        proxy_set_header Host $host;
        proxy_pass http://user:@¤127.0.0.1:8080;
        auth_jwt_key_request /@;
        content_by_lua_block { local key = "@" }
    }
}
""",
        ("proxy_set_header Host $host;", "proxy_buffer_size 1k;"),
    ),
    Template(
        "sshd",
        "sshd_config",
        """\
Port 22
PasswordAuthentication yes
UsePAM yes
AuthorizedKeysCommand /usr/bin/keys --token @
SetEnv TOKEN=@ OTHER=@
ForceCommand /usr/bin/enter --password=@
Match User deploy
    ForceCommand /usr/bin/deploy @
""",
        ("PasswordAuthentication yes", "PasswordAuthentication no"),
    ),
    Template(
        "oidc",
        "client.json",
        """\
{
  "client_id": "portal",
  "client_secret": "@",
  "registration_access_token": "@",
  "redirect_uris": ["https://portal.example.com/callback"],
  "scope": "openid profile",
  "jwks": {"keys": [{"kty": "oct", "k": "@", "d": "@"}]},
  "initiate_login_uri": "https://user:@¤portal.example.com/"
}
""",
        ('"openid profile"', '"profile"'),
    ),
    Template(
        "redis",
        "redis.conf",
        """\
bind 127.0.0.1
maxmemory 100mb
maxmemory-policy noeviction
requirepass "@"
masterauth @
user portal on >@ ~* +¤all
rename-command CONFIG @
tls-key-file-pass @
""",
        ("noeviction", "allkeys-lru"),
    ),
)
