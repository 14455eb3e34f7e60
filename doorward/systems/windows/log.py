"""Windows' security log: 4624 and 4625 (signed in, refused), 4634 and 4647 (signed out), as XML or JSON, one a line.

Source: Microsoft, Audit Logon events 4624, 4625 (table of status and sub-status codes), [MS-ERREF] 2.3.1; the field
names of Windows Event Forwarding's XML, winlogbeat and NXLog.
"""

from __future__ import annotations

import re
from html import unescape

from doorward.log_line import LogFormat, LogOptions, Said, Verdict, failed, succeeded
from doorward.log_line.fields import Fields, dig, first, json_object, text
from doorward.log_line.said import Read
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_DATA = re.compile(r"<Data Name=[\"'](\w+)[\"']>([^<]*)</Data>")
_EVENT = re.compile(r"<EventID(?: [^>]*)?>(\d+)</EventID>")
_TIME = re.compile(r"<TimeCreated SystemTime=[\"']([^\"']+)[\"']")

# Who signs in here is a person: at the machine, by network, unlocking, in clear by network, remotely, from a cache.
_PEOPLE = frozenset({"2", "3", "7", "8", "10", "11", "12", "13"})
_LOGON_TYPES = {
    "2": "interactive",
    "3": "network",
    "7": "unlock",
    "8": "network-cleartext",
    "10": "remote-interactive",
    "11": "cached-interactive",
    "12": "cached-remote",
    "13": "cached-unlock",
}
_CODES = {
    "0xc0000064": Reason.UNKNOWN_PERSON,
    "0xc000006a": Reason.WRONG_PASSWORD,
    "0xc000006d": Reason.WRONG_PASSWORD,
    "0xc0000234": Reason.LOCKED_OUT,
    "0xc0000072": Reason.INACTIVE,
    "0xc0000193": Reason.INACTIVE,
    "0xc0000071": Reason.INACTIVE,
    "0xc0000224": Reason.INACTIVE,
    "0xc000006e": Reason.ACCESS_DENIED,
    "0xc000006f": Reason.ACCESS_DENIED,
    "0xc0000070": Reason.ACCESS_DENIED,
    "0xc000015b": Reason.ACCESS_DENIED,
    "0xc0000413": Reason.ACCESS_DENIED,
    # From here the domain fails its people: no logon server, clocks apart, trust broken, no resources.
    "0xc000005e": Reason.PROVIDER_ERROR,
    "0xc0000133": Reason.PROVIDER_ERROR,
    "0xc000018c": Reason.PROVIDER_ERROR,
    "0xc000018d": Reason.PROVIDER_ERROR,
    "0xc0000192": Reason.PROVIDER_ERROR,
    "0xc00000dc": Reason.PROVIDER_ERROR,
    "0xc000009a": Reason.SERVER_ERROR,
    "0xc0000225": Reason.PROVIDER_ERROR,
    "0xc00002ee": Reason.PROVIDER_ERROR,
}
_NONE = frozenset({"0x0", "0x00000000", ""})


def reads(options: LogOptions) -> Read:
    """A reader of XML and JSON events; services, batches and machine accounts say nothing."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        number, stamp, fields = _json(line) if line.lstrip().startswith(b"{") else _xml(line)
        if number not in ("4624", "4625", "4634", "4647"):
            return None
        person = text(fields, "TargetUserName")
        if (person or "").endswith("$") or (number != "4647" and text(fields, "LogonType") not in _PEOPLE):
            return None
        return Said(
            times.iso(stamp),
            number,
            _verdict(number, fields),
            person=person,
            source=text(fields, "IpAddress"),
            session=text(fields, "TargetLogonId") if number != "4625" else None,
            client=_LOGON_TYPES.get(text(fields, "LogonType") or ""),
        )

    return read


def _xml(line: bytes) -> tuple[str, str, Fields]:
    shown = line.decode("utf-8", "replace")
    event, time = _EVENT.search(shown), _TIME.search(shown)
    if event is None or time is None:
        raise ValueError("not a Windows event")
    return event[1], time[1], {name: unescape(value) for name, value in _DATA.findall(shown)}


def _json(line: bytes) -> tuple[str, str, Fields]:
    """winlogbeat's (`winlog.event_data`), NXLog's flat fields, or an XML event turned into JSON (`Event.EventData`)."""
    fields = json_object(line)
    number = first(
        fields,
        "winlog.event_id",
        "event.code",
        "EventID",
        "event_id",
        "Event.System.EventID",
        "Event.System.EventID.Value",
    )
    stamp = first(fields, "@timestamp", "EventTime", "TimeCreated", "Event.System.TimeCreated.SystemTime")
    data = next(
        (
            found
            for path in ("winlog.event_data", "Event.EventData", "EventData")
            if isinstance(found := dig(fields, path), dict)
        ),
        fields,
    )
    if number is None or stamp is None:
        raise ValueError("not a Windows event")
    return number, stamp, data


def _verdict(number: str, fields: Fields) -> Verdict:
    if number == "4624":
        return succeeded()
    if number != "4625":
        return succeeded(Kind.SIGN_OUT)
    status = (text(fields, "Status") or "").casefold()
    detail = (text(fields, "SubStatus") or "").casefold()
    word = status if detail in _NONE else detail
    return failed(_CODES.get(word, Reason.OTHER), word if re.fullmatch(r"0x[0-9a-f]{1,8}", word) else "")


LOG = LogFormat(
    reads,
    lines="security events 4624, 4625, 4634, 4647, one a line: XML, or JSON of winlogbeat, NXLog or forwarded events; "
    "no services (logon types 0, 4, 5, 9) and no machine accounts",
    times="TimeCreated is UTC; NXLog's EventTime without a zone: `time_zone`",
    source="Microsoft Audit Logon 4624, 4625; [MS-ERREF] 2.3.1",
    origins={
        "time": "TimeCreated, @timestamp or EventTime",
        "person": "TargetUserName",
        "source": "IpAddress",
        "session": "TargetLogonId",
        "client": "name of LogonType",
        "reason": "SubStatus, else Status",
    },
)
