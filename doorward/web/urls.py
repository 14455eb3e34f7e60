"""The dashboard's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from doorward.web import entrance, events, metrics_page, trouble, views

urlpatterns: list[URLPattern] = [
    path("", views.status, name="status"),
    path("configuration/", views.configuration, name="configuration"),
    path("probes/", views.probes, name="probes"),
    path("watch/", views.watch, name="watch"),
    path("incidents/", views.incidents, name="incidents"),
    path("incidents/<slug:incident_id>/", views.incident, name="incident"),
    path("incidents/<slug:incident_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("incidents/<slug:incident_id>/approve/", views.approve, name="approve"),
    path("incidents/<slug:incident_id>/note/", views.note, name="note"),
    path("incidents/<slug:incident_id>/resolve/", views.resolve, name="resolve"),
    path("incidents/<slug:incident_id>/postmortem/", views.postmortem, name="postmortem"),
    path("reviews/", views.reviews, name="reviews"),
    path("events/", events.events, name="events"),
    path("health/", views.health, name="health"),
    path("metrics", metrics_page.metrics, name="metrics"),
    path("sign-in/", entrance.SignIn.as_view(), name="sign-in"),
    path("sign-out/", entrance.SignOut.as_view(), name="sign-out"),
    path("account/", entrance.ChangePassword.as_view(), name="account"),
    path("account/invite/", entrance.invite, name="invite"),
    path("set-up/<str:token>/", entrance.set_up, name="set-up"),
]
handler404 = trouble.handler404
handler500 = trouble.handler500
