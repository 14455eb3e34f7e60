"""Changing a password, and choosing a new one by a link in a mail."""

from typing import Any

from django.contrib.auth.forms import PasswordChangeForm, PasswordResetForm
from django.contrib.auth.views import PasswordChangeView, PasswordResetConfirmView, PasswordResetView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy

from school.auth.claims import revoke_all
from school.auth.forms import ChangeForm, ForgottenForm, NewForm
from school.auth.models import Account, account_of
from school.service import current, record


class Change(PasswordChangeView):
    """Ends the person's other sessions too: Django ties a session to the password it was opened with."""

    template_name = "auth/password_change.html"
    form_class = ChangeForm
    success_url = reverse_lazy("account")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        if account := account_of(self.request):
            revoke_all(account)
        return super().form_valid(form)


class Forgotten(PasswordResetView):
    template_name = "auth/password_forgotten.html"
    email_template_name = "auth/password_mail.txt"
    subject_template_name = "auth/password_mail_subject.txt"
    form_class = ForgottenForm
    success_url = reverse_lazy("password-sent")

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        asked = form.cleaned_data["email"]
        found = Account.objects.filter(mail__iexact=asked).first()
        _record(self.request, "asked", found.username if found else asked)
        return super().form_valid(form)


class New(PasswordResetConfirmView):
    template_name = "auth/password_new.html"
    form_class = NewForm
    success_url = reverse_lazy("sign-in")

    # Any: the type of the form's person is Account here, but the stubs know only one project's accounts.
    def form_valid(self, form: Any) -> HttpResponse:
        revoke_all(form.user)
        _record(self.request, "completed", form.user.get_username())
        return super().form_valid(form)


def sent(request: HttpRequest) -> HttpResponse:
    """The same words whether or not the address belongs to anybody."""
    return render(request, "auth/password_sent.html")


def _record(request: HttpRequest, outcome: str, name: str) -> None:
    record(request, "password-reset", outcome=outcome, person=current().events.person(name))
