"""For who cannot sign in: a form that needs neither session nor provider, and the staff's list of what came in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from school.portal import access
from school.portal.forms import InquiryForm
from school.portal.models import Account, SupportInquiry
from school.portal.sign_in.presence import signed_in
from school.portal.views.pages import page, require, role_of
from school.service import current, record

_SHOWN = 200  # the newest; older ones have been dealt with or will not be


@require_http_methods(["GET", "HEAD", "POST"])
def cannot_sign_in(request: HttpRequest) -> HttpResponse:
    form = InquiryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = current().events.person(form.cleaned_data["who"])
        SupportInquiry.objects.create(person=person, message=form.cleaned_data["message"], received_at=timezone.now())
        record(request, "support-inquiry", person=person, topic="cannot-sign-in")
        return redirect("inquiry-sent")
    return render(request, "portal/cannot_sign_in.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
def inquiry_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/inquiry_sent.html")


@require_safe
@signed_in
def inquiries(request: HttpRequest, viewer: Account) -> HttpResponse:
    require(access.read_inquiries(role_of(viewer)))
    return page(request, viewer, "portal/inquiries.html", {"inquiries": SupportInquiry.objects.all()[:_SHOWN]})


@require_POST
@signed_in
def answered(request: HttpRequest, viewer: Account, pk: int) -> HttpResponse:
    require(access.read_inquiries(role_of(viewer)))
    inquiry = get_object_or_404(SupportInquiry, pk=pk)
    inquiry.is_answered = True
    inquiry.save(update_fields=["is_answered"])
    return redirect("inquiries")
