"""Sign-in events as OCSF Authentication events (class 3002), for whoever collects those.

In: a SignInEvent. Out: a JSON object, or None for what is no authentication (requests, errors, inquiries). People,
sessions and networks stay keyed hashes; what OCSF has no field for stands in `unmapped`. Times are cut to milliseconds.
Source: OCSF schema 1.3.0, class authentication.
"""

from __future__ import annotations

from doorward.model.sign_in import Kind, Outcome, SignInEvent

VERSION = "1.3.0"
_CLASS_UID = 3002
_CATEGORY_UID = 3
_INFORMATIONAL = 1
_ACTIVITIES = {
    Kind.SIGN_IN: (1, "Logon"),
    Kind.SIGN_OUT: (2, "Logoff"),
    Kind.TOKEN: (3, "Authentication Ticket"),
    Kind.SESSION: (99, "Other"),
}
_STATUSES = {Outcome.SUCCESS: (1, "Success"), Outcome.FAILURE: (2, "Failure"), Outcome.UNKNOWN: (0, "Unknown")}


def ocsf(event: SignInEvent) -> dict[str, object] | None:
    """The event as OCSF writes it; without a person the user is `unknown`, since OCSF wants one."""
    activity = _ACTIVITIES.get(event.kind)
    if activity is None:
        return None
    status = _STATUSES[event.outcome]
    found: dict[str, object] = {
        "activity_id": activity[0],
        "activity_name": activity[1],
        "category_uid": _CATEGORY_UID,
        "category_name": "Identity & Access Management",
        "class_uid": _CLASS_UID,
        "class_name": "Authentication",
        "type_uid": _CLASS_UID * 100 + activity[0],
        "type_name": f"Authentication: {activity[1]}",
        "severity_id": _INFORMATIONAL,
        "status_id": status[0],
        "status": status[1],
        "status_detail": event.reason.value,
        "time": round(event.at.timestamp() * 1000),
        "metadata": {"version": VERSION, "product": {"name": "Doorward", "vendor_name": "Doorward"}},
        "user": {"uid": event.person, "type_id": 0} if event.person else {"name": "unknown", "type_id": 0},
        "service": {"name": event.component},
        "unmapped": _unmapped(event),
    }
    for name, value in (
        ("status_code", event.reason_raw or None),
        ("src_endpoint", {"uid": event.source} if event.source else None),
        ("session", {"uid": event.session} if event.session else None),
    ):
        if value is not None:
            found[name] = value
    return found


def _unmapped(event: SignInEvent) -> dict[str, object]:
    """What outages need and no standard has."""
    every: dict[str, object | None] = {
        "kind": event.kind.value,
        "reason": event.reason.value,
        "reason_raw": event.reason_raw or None,
        "client": event.client,
        "provider": event.provider,
        "agent": event.agent,
        "route": event.route,
        "config": event.config,
        "synthetic": event.probe or None,
    }
    return {name: value for name, value in every.items() if value is not None}
