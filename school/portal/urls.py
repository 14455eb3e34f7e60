"""Addresses of the portal."""

from django.urls import path

from school.portal.sign_in import views as signing
from school.portal.views import assignments, courses, marking, support

urlpatterns = [
    path("", courses.home, name="home"),
    path("courses/", courses.course_list, name="courses"),
    path("courses/<slug:slug>/", courses.course, name="course"),
    path("courses/<slug:slug>/materials/new/", courses.add_material, name="add-material"),
    path("courses/<slug:slug>/assignments/new/", assignments.add_assignment, name="add-assignment"),
    path("materials/<int:pk>/", courses.material, name="material"),
    path("assignments/<int:pk>/", assignments.assignment, name="assignment"),
    path("submissions/<int:pk>/", marking.marking, name="marking"),
    path("submissions/<int:pk>/file/", marking.submission_file, name="submission-file"),
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-in/callback/", signing.callback, name="callback"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("signed-out/", signing.signed_out, name="signed-out"),
    path("cannot-sign-in/", support.cannot_sign_in, name="cannot-sign-in"),
    path("cannot-sign-in/sent/", support.inquiry_sent, name="inquiry-sent"),
    path("inquiries/", support.inquiries, name="inquiries"),
    path("inquiries/<int:pk>/answered/", support.answered, name="inquiry-answered"),
]
handler400 = "school.portal.views.troubles.bad_request"
handler403 = "school.portal.views.troubles.forbidden"
handler404 = "school.portal.views.troubles.not_found"
handler500 = "school.portal.views.troubles.fault"
