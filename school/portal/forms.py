"""The portal's forms: what may be typed and uploaded, and the words around it."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator

from school.portal.models import FULL_MARK
from school.portal.settings import CONFIG

MIB = 1024 * 1024


class UploadField(forms.FileField):
    """A file of at most the configured size."""

    def __init__(self, label: str) -> None:
        limit = CONFIG.media.max_upload_mib
        super().__init__(label=label, max_length=150, help_text=f"Up to {limit} MiB.")

    def clean(self, data: object, initial: object = None) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = super().clean(data, initial)
        if (file.size or 0) > CONFIG.media.max_upload_mib * MIB:
            raise forms.ValidationError(f"The file is larger than {CONFIG.media.max_upload_mib} MiB.", code="too-large")
        return file


class MaterialForm(forms.Form):
    title = forms.CharField(label="Title", max_length=120)
    file = UploadField("File")


class AssignmentForm(forms.Form):
    title = forms.CharField(label="Title", max_length=120)
    task = forms.CharField(label="What to do", widget=forms.Textarea(attrs={"rows": 8}), max_length=20_000)
    due_at = forms.DateTimeField(
        label="Due (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )


class SubmissionForm(forms.Form):
    file = UploadField("File")


class MarkForm(forms.Form):
    mark = forms.IntegerField(
        label=f"Mark, 0 to {FULL_MARK}",
        min_value=0,
        max_value=FULL_MARK,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    feedback = forms.CharField(
        label="Feedback", widget=forms.Textarea(attrs={"rows": 6}), required=False, max_length=10_000
    )


class InquiryForm(forms.Form):
    who = forms.CharField(
        label="Your user name or mail address",
        max_length=254,
        help_text="Kept only as a keyed hash: we can match it, nobody can read it.",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    message = forms.CharField(
        label="What happens when you try?",
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[MaxLengthValidator(4000)],
        help_text="For example what the page said. Please do not write your password.",
    )
