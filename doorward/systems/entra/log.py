"""Microsoft Entra's sign-in log: objects of Microsoft Graph (`signIns`) or of Azure Monitor (SignInLogs), one a line.

Source: Microsoft, Graph resource signIn; Azure Monitor table SigninLogs; Microsoft Entra authentication and
authorization error codes (AADSTS).
"""

from __future__ import annotations

from doorward.log_line import LogFormat, LogOptions, Said, Verdict, failed, noted, succeeded
from doorward.log_line.fields import Fields, first, json_object
from doorward.log_line.said import Read
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_REASONS = {
    "50126": Reason.WRONG_PASSWORD,
    "50056": Reason.WRONG_PASSWORD,
    "50034": Reason.UNKNOWN_PERSON,
    "50059": Reason.UNKNOWN_PERSON,
    "51004": Reason.UNKNOWN_PERSON,
    "90072": Reason.UNKNOWN_PERSON,
    "50053": Reason.LOCKED_OUT,
    "50057": Reason.INACTIVE,
    "50055": Reason.INACTIVE,
    "50144": Reason.INACTIVE,
    "50088": Reason.WRONG_SECOND_FACTOR,
    "500121": Reason.WRONG_SECOND_FACTOR,
    "50173": Reason.SESSION_EXPIRED,
    "70043": Reason.SESSION_EXPIRED,
    "70044": Reason.SESSION_EXPIRED,
    "700082": Reason.SESSION_EXPIRED,
    "50132": Reason.SESSION_EXPIRED,
    "50133": Reason.SESSION_EXPIRED,
    "50089": Reason.STATE_MISMATCH,
    "50020": Reason.ACCESS_DENIED,
    "50105": Reason.ACCESS_DENIED,
    "50131": Reason.ACCESS_DENIED,
    "53000": Reason.ACCESS_DENIED,
    "53001": Reason.ACCESS_DENIED,
    "53003": Reason.ACCESS_DENIED,
    "530032": Reason.ACCESS_DENIED,
    "530034": Reason.ACCESS_DENIED,
    "65001": Reason.ACCESS_DENIED,
    "65004": Reason.ACCESS_DENIED,
    "90094": Reason.ACCESS_DENIED,
    # From here an application, a key or a connection is set up wrong, or the provider fails.
    "50011": Reason.PROVIDER_ERROR,
    "500113": Reason.PROVIDER_ERROR,
    "700016": Reason.PROVIDER_ERROR,
    "700054": Reason.PROVIDER_ERROR,
    "7000112": Reason.PROVIDER_ERROR,
    "7000215": Reason.TOKEN_REFUSED,
    "7000222": Reason.TOKEN_REFUSED,
    "700027": Reason.TOKEN_REFUSED,
    "700024": Reason.TOKEN_REFUSED,
    "54005": Reason.TOKEN_REFUSED,
    "70008": Reason.TOKEN_REFUSED,
    "70000": Reason.TOKEN_REFUSED,
    "9002313": Reason.PROVIDER_ERROR,
    "50107": Reason.PROVIDER_ERROR,
    "50008": Reason.PROVIDER_ERROR,
    "75011": Reason.PROVIDER_ERROR,
    "80001": Reason.PROVIDER_ERROR,
    "80002": Reason.PROVIDER_ERROR,
    "80005": Reason.PROVIDER_ERROR,
    "80007": Reason.PROVIDER_ERROR,
    "80014": Reason.PROVIDER_ERROR,
    "81004": Reason.PROVIDER_ERROR,
    "90033": Reason.SERVER_ERROR,
    "50000": Reason.SERVER_ERROR,
    "90012": Reason.SERVER_ERROR,
    "90099": Reason.PROVIDER_ERROR,
}
# Interrupts: the person is asked for more (a second factor, "stay signed in?", to sign in at all); no attempt failed.
_INTERRUPTS = frozenset(
    {
        "50058",
        "50072",
        "50074",
        "50076",
        "50079",
        "50097",
        "50125",
        "50127",
        "50129",
        "50140",
        "50199",
        "16000",
        "50203",
        "65002",
    }
)


def reads(options: LogOptions) -> Read:
    """A reader of both shapes."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        fields = json_object(line)
        stamp = first(fields, "createdDateTime", "properties.createdDateTime", "TimeGenerated", "time")
        number = first(fields, "status.errorCode", "properties.status.errorCode", "resultType", "ResultType")
        if stamp is None:
            raise ValueError("no time")
        if number is None:
            return None
        return _named(
            Said(times.iso(stamp), f"AADSTS{number}" if number.isdigit() else "other", _verdict(number)), fields
        )

    return read


def _named(said: Said, fields: Fields) -> Said:
    def either(name: str, *others: str) -> str | None:
        column = name[0].upper() + name[1:]
        return first(fields, name, f"properties.{name}", column, *others)

    said.person = either("userPrincipalName", "userId")
    said.source = either("ipAddress", "callerIpAddress", "IPAddress")
    said.client = either("appId")
    said.session = either("sessionId")
    said.agent = either("userAgent", "properties.deviceDetail.browser", "deviceDetail.browser")
    return said


def _verdict(number: str) -> Verdict:
    if number == "0":
        return succeeded()
    if number in _INTERRUPTS:
        return noted(Reason.OTHER, number)
    reason = _REASONS.get(number, Reason.OTHER)
    kind = Kind.TOKEN if reason is Reason.TOKEN_REFUSED else Kind.SIGN_IN
    return failed(reason, number if number.isdigit() else "", kind)


LOG = LogFormat(
    reads,
    lines="sign-in objects, one a line: Microsoft Graph, Azure Monitor (event hub, storage), Log Analytics exports",
    times="`createdDateTime`, `TimeGenerated` and `time` are UTC",
    source="Microsoft: signIn resource; AADSTS error codes",
    origins={
        "time": "createdDateTime, TimeGenerated or time",
        "person": "userPrincipalName, else userId",
        "source": "ipAddress",
        "session": "sessionId",
        "client": "appId",
        "agent": "userAgent, else deviceDetail.browser",
        "reason": "status.errorCode or ResultType",
    },
)
