"""A service provider and an identity provider that speak SAML 2.0 by its documented messages, unsigned; with faults."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlencode
from xml.etree import ElementTree

from tests.probe.conftest import ACCOUNT, Reply, Request, Site

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
_SPACES = {"p": PROTOCOL, "a": ASSERTION}


def _auto(action: str, fields: dict[str, str]) -> Reply:
    inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items())
    script = "<script>document.forms[0].submit()</script>"
    return Reply(
        200, f'<title>Redirecting</title><form method="post" action="{escape(action)}">{inputs}</form>{script}'
    )


class ServiceProvider(Site):
    """`/app` is protected; `/acs` takes assertions."""

    provider = ""

    def page(self, request: Request) -> Reply:
        if request.path == "/acs":
            return self.take(request)
        if self.is_signed_in(request):
            return Reply(200, "<title>App</title>Welcome")
        if "no-request" in self.faults:
            return self.sign_in_page({"token": "t"}) if request.method == "GET" else Reply(200, "<title>App</title>")
        xml = (
            f'<p:AuthnRequest xmlns:p="{PROTOCOL}" xmlns:a="{ASSERTION}" ID="_{self.new_secret()}" Version="2.0" '
            f'AssertionConsumerServiceURL="{self.address}/acs"><a:Issuer>{self.address}</a:Issuer></p:AuthnRequest>'
        )
        fields = {"SAMLRequest": base64.b64encode(xml.encode()).decode(), "RelayState": "/app"}
        if "posts" in self.faults:
            return _auto(f"{self.provider}/sso", fields)
        squeezed = zlib.compress(xml.encode(), wbits=-15)
        fields["SAMLRequest"] = base64.b64encode(squeezed).decode()
        return Reply(302, location=f"{self.provider}/sso?{urlencode(fields)}")

    def take(self, request: Request) -> Reply:
        xml = ElementTree.fromstring(base64.b64decode(request.form["SAMLResponse"]))
        conditions = xml.find(".//a:Conditions", _SPACES)
        status = xml.find(".//p:StatusCode", _SPACES)
        audience = xml.findtext(".//a:Audience", "", _SPACES)
        assert conditions is not None
        assert status is not None
        begins, ends = (datetime.fromisoformat(conditions.get(name, "")) for name in ("NotBefore", "NotOnOrAfter"))
        good = status.get("Value") == f"{STATUS}Success" and begins <= datetime.now(UTC) < ends
        good = good and audience == self.address and xml.get("Destination") == f"{self.address}/acs"
        if not good or "distrusts" in self.faults:
            return Reply(500 if "crashes" in self.faults else 403, "<title>Sign-in failed</title>")
        where = "/elsewhere" if "loses-relay-state" in self.faults else request.form["RelayState"]
        return Reply(302, location=where, cookies=self.begin(request))


class IdentityProvider(Site):
    """`/sso` asks for the password, and answers to the service provider that asked."""

    def page(self, request: Request) -> Reply:
        asked = request.form if "SAMLRequest" in request.form else request.query
        if request.path == "/sso":
            kept = {name: asked[name] for name in ("SAMLRequest", "RelayState")}
            return self.form(kept, request.method == "GET")
        if (request.form.get("username"), request.form.get("password")) != ACCOUNT:
            kept = {name: request.form[name] for name in ("SAMLRequest", "RelayState")}
            return self.form(kept, request.form["deflated"] == "yes")
        return self.answer_to(request)

    def form(self, kept: dict[str, str], deflated: bool) -> Reply:
        page = self.sign_in_page({"token": self.new_secret(), "deflated": "yes" if deflated else "no", **kept})
        return Reply(200, page.text.replace('<form method="post">', '<form method="post" action="/login">'))

    def answer_to(self, request: Request) -> Reply:
        given = base64.b64decode(request.form["SAMLRequest"])
        xml = ElementTree.fromstring(zlib.decompress(given, -15) if request.form["deflated"] == "yes" else given)
        place = xml.get("AssertionConsumerServiceURL", "")
        if "no-response" in self.faults:
            return Reply(302, location=place.replace("/acs", "/app"))
        fields = {"SAMLResponse": self.response(xml, place), "RelayState": request.form["RelayState"]}
        return _auto(place, fields)

    def response(self, request: ElementTree.Element, place: str) -> str:
        if "garbage" in self.faults:
            return base64.b64encode(b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>").decode()
        off = timedelta(hours=-2 if "late" in self.faults else 2 if "early" in self.faults else 0)
        now = datetime.now(UTC) + off
        begins, ends = (now + timedelta(minutes=minutes) for minutes in (-1, 5))
        times = f'NotBefore="{begins.isoformat()}" NotOnOrAfter="{ends.isoformat()}"'
        audience = "https://other.example" if "audience" in self.faults else request.findtext("a:Issuer", "", _SPACES)
        destination = "https://other.example/acs" if "destination" in self.faults else place
        status = f'<p:StatusCode Value="{STATUS}Success"/>'
        if "denies" in self.faults:
            inner = f'<p:StatusCode Value="{STATUS}AuthnFailed"/>'
            status = f'<p:StatusCode Value="{STATUS}Responder">{inner}</p:StatusCode>'
        person = self.new_secret()
        xml = (
            f'<p:Response xmlns:p="{PROTOCOL}" xmlns:a="{ASSERTION}" ID="_{self.new_secret()}" Version="2.0" '
            f'Destination="{destination}" InResponseTo="{request.get("ID")}"><a:Issuer>{self.address}</a:Issuer>'
            f"<p:Status>{status}</p:Status><a:Assertion><a:Subject><a:NameID>{person}</a:NameID></a:Subject>"
            f"<a:Conditions {times}><a:AudienceRestriction><a:Audience>{audience}</a:Audience></a:AudienceRestriction>"
            f"</a:Conditions></a:Assertion></p:Response>"
        )
        return base64.b64encode(xml.encode()).decode()
