"""The administration alone."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("back-office/", admin.site.urls)]
