"""Pages for when something went wrong. They ask neither database nor provider, so that they work when those do not."""

from django.http import HttpRequest, HttpResponse
from django.template import loader

_TEXTS = {
    400: ("That request makes no sense", "Go back and try again."),
    403: ("This is not open to you", "If you think it should be, ask the teacher of the course."),
    404: ("There is no such page", "It may have moved, or it belongs to a course that you are not in."),
}
_FORM_REFUSED = (
    "The form was open for too long",
    "Go back, load the page again and send the form once more. Cookies must be allowed for this site.",
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _trouble(400, _TEXTS[400])


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _trouble(403, _TEXTS[403])


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What Django calls a CSRF failure."""
    return _trouble(403, _FORM_REFUSED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _trouble(404, _TEXTS[404])


def fault(request: HttpRequest) -> HttpResponse:
    return HttpResponse(loader.get_template("portal/fault.html").render(), status=500)


def _trouble(status: int, words: tuple[str, str]) -> HttpResponse:
    title, text = words
    page = loader.get_template("portal/trouble.html").render({"status": status, "title": title, "text": text})
    return HttpResponse(page, status=status)
