"""A provider of the package canaille with its own pages, for tests: `PYTHON server.py SECRET PASSWORD`.

PYTHON is that of `.providers/canaille`. It prints its issuer once it listens; everything lives in memory.
"""

import socket
import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

SECRET, PASSWORD = sys.argv[1:3]
REDIRECT, AFTER = "https://probe.invalid/callback", "https://probe.invalid/signed-out"


def main() -> None:
    """Serve one person and one client until told to stop."""
    listener = socket.create_server(("127.0.0.1", 0))
    place = f"127.0.0.1:{listener.getsockname()[1]}"
    key = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)
    app = create_app(
        {
            "SECRET_KEY": "only for a test",
            "SERVER_NAME": place,
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory"},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key]},
        }
    )
    with app.app_context(), Backend.instance.session():
        _fill()
    with make_server("127.0.0.1", 0, app, threaded=True, fd=listener.fileno()) as server:
        print(f"http://{place}", flush=True)
        server.serve_forever()


def _fill() -> None:
    person = models.User(
        formatted_name="Ada L", family_name="L", user_name="ada", emails=["ada@example.org"], password=PASSWORD
    )
    client = models.Client(
        client_id="probe",
        client_secret=SECRET,
        client_name="Probe",
        client_uri="https://probe.invalid/",
        redirect_uris=[REDIRECT],
        post_logout_redirect_uris=[AFTER],
        grant_types=["authorization_code", "refresh_token", "client_credentials"],
        response_types=["code"],
        scope=["openid", "profile"],
        token_endpoint_auth_method="client_secret_basic",
    )
    for one in (person, client):
        Backend.instance.save(one)
    client.audience = [client]
    Backend.instance.save(client)


main()
