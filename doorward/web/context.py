"""What every page's template gets besides its model: the menu, and whether the page's own script asks for it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from doorward.web.menu import MENU

# Pages that belong to a menu entry without being it.
_BELONGS = {"incident": "incidents", "approve": "incidents"}


def menu(request: HttpRequest) -> dict[str, object]:
    """`menu` as (title, address, is current); `is_live` when the script fetches: messages are for people."""
    name = (request.resolver_match.url_name or "") if request.resolver_match else ""
    current = _BELONGS.get(name, name)
    return {
        "menu": [(title, reverse(target), target == current) for _, title, target in MENU],
        "is_status": name == "status",
        "is_live": request.headers.get("X-Doorward-Live") == "1",
    }
