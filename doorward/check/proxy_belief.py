"""What a service believes of the proxy in front of it, and whether it therefore knows its own address. Pure."""

from __future__ import annotations

from doorward.check.web_address import is_http, is_https
from doorward.model.configuration import Configuration
from doorward.model.fact import Flow


def is_on(configuration: Configuration, name: str) -> bool:
    """Whether that switch is on."""
    flow = configuration.flow(name)
    return bool(flow and flow.values == ("on",))


def passes(configuration: Configuration, header: str) -> bool:
    """Whether the proxy in front was said to set that header."""
    flow = configuration.flow("forwarded-headers")
    return bool(flow and any(name.lower() == header.lower() for name in flow.values or ()))


def believes(header: Flow | None) -> bool:
    """Whether the service believes a header that can exist: its name in the environment of a request."""
    if header is None or not header.values or len(header.values) != 2:
        return False
    name, value = header.values
    # The standard header says `https`, and Django compares letter by letter.
    return name.startswith("HTTP_") and (name != "HTTP_X_FORWARDED_PROTO" or value == "https")


def is_never_sent(configuration: Configuration, header: Flow | None) -> bool:
    """Whether it was said which headers the proxy sets, and the one that is believed is not among them."""
    told = configuration.flow("forwarded-headers")
    if told is None or not told.values or header is None or not header.values:
        return False
    sent = {"HTTP_" + name.upper().replace("-", "_") for name in told.values}
    return header.values[0] not in sent


def knows_itself(configuration: Configuration) -> bool:
    """Whether the service takes the address that people use for its own; False where that is not known."""
    public = configuration.endpoint("public")
    if public is None or not public.url:
        return False
    renamed = passes(configuration, "X-Forwarded-Host") and not is_on(configuration, "forwarded-host")
    header = configuration.flow("https-header")
    is_told = believes(header) and not is_never_sent(configuration, header)
    knows_scheme = is_http(public.url) or (is_https(public.url) and is_told)
    return knows_scheme and not renamed


def may_be_asked_by_another_name(configuration: Configuration, host: str) -> bool:
    """Whether the list of hosts answers to more than `host`, as to the inner name that a proxy uses."""
    flow = configuration.flow("allowed-hosts")
    others = [value for value in (flow.values or ()) if value.lstrip(".").lower() != host] if flow else []
    return bool(others)
