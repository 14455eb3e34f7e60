"""Error pages of both services. They ask neither session nor database, which may be what failed."""

from django.http import HttpRequest, HttpResponse
from django.template import loader


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(400, "That request makes no sense", "Go back and try again.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(403, "This is not yours to see", "If you think it should be, ask your teacher or the office.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(404, "There is no such page", "The address may be mistyped, or the page has moved.")


def failed(request: HttpRequest) -> HttpResponse:
    return error_page(500, "Something went wrong on our side", "It is not your doing. Please try again in a moment.")


def error_page(status: int, title: str, text: str) -> HttpResponse:
    page = loader.get_template("school/error.html").render({"status": status, "title": title, "text": text})
    return HttpResponse(page, status=status)
