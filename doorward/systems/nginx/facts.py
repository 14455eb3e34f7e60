"""The directives of nginx in, what they say of the service behind as Facts out. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from doorward.model.fact import Fact, Flow
from doorward.systems.nginx.document import Directive
from doorward.systems.nginx.places import Place, every, servers


def facts(directives: tuple[Directive, ...]) -> Iterator[Fact]:
    """`forwarded-headers`: every header that a location sets for what lies behind it, lower case.

    None where an include that is not read may set some. A header that only some locations set is there too: what one of
    them leaves out, the rules of nginx tell.
    """
    places = [place for place in _proxied(directives) if not place.is_internal]
    if not places:
        return
    set_here = [one for place in places for one in place.held("proxy_set_header")]
    names = {str(one.args[0]).lower() for one in set_here if _sets(one)}
    is_known = all(place.is_whole for place in places)
    where = set_here[0].where if set_here else places[0].self.of("proxy_pass")[0].where
    yield Flow(where, "forwarded-headers", tuple(sorted(names)) if is_known else None)


def _proxied(directives: tuple[Directive, ...]) -> Iterator[Place]:
    for place in (*servers(directives), *every(directives)):
        if place.self.of("proxy_pass"):
            yield place


def _sets(header: Directive) -> bool:
    """An empty value takes the header away; an unknown one is taken for a value."""
    return len(header.args) == 2 and header.args[0] is not None and header.args[1] != ""
