"""The pages of the cases without the sign-in page."""

from addresses import home
from django.contrib.auth.decorators import login_required
from django.urls import path

urlpatterns = [path("home/", home), path("mine/", login_required(home))]
