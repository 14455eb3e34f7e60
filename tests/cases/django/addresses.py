"""The pages of the cases: an open sign-in page, a home page, and one for people who are signed in."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import path


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


urlpatterns = [
    path("sign-in/", LoginView.as_view(), name="sign-in"),
    path("home/", home),
    path("mine/", login_required(home)),
]
