"""What the portal keeps: accounts by subject, courses and who belongs to them, materials, assignments, submissions.

Names of people come from the provider at each sign-in. User names are never kept here; a person is the subject.
"""

from pathlib import PurePosixPath
from typing import ClassVar
from uuid import uuid4

from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse

from school.portal.access import CourseRole, Role

FULL_MARK = 100


def material_path(_: models.Model, name: str) -> str:
    return _unguessable("materials", name)


def submission_path(_: models.Model, name: str) -> str:
    return _unguessable("submissions", name)


def _unguessable(folder: str, name: str) -> str:
    """A name on disk that reveals nothing and cannot collide; the name people gave stays in the database."""
    return f"{folder}/{uuid4().hex}{PurePosixPath(name).suffix.lower()[:10]}"


class Account(models.Model):
    """A person as the provider names them; created at the first sign-in, or ahead by the seed."""

    objects: ClassVar[models.Manager["Account"]] = models.Manager()

    subject = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])
    is_active = models.BooleanField(default=True)
    signed_in_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    objects: ClassVar[models.Manager["Course"]] = models.Manager()

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    subject = models.CharField(max_length=60)
    summary = models.TextField()
    members = models.ManyToManyField(Account, through="Membership", related_name="courses")

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("course", args=[self.slug])


class Membership(models.Model):
    objects: ClassVar[models.Manager["Membership"]] = models.Manager()

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in CourseRole])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "account"], name="one_membership_a_course")]


class Material(models.Model):
    objects: ClassVar[models.Manager["Material"]] = models.Manager()

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="materials")
    title = models.CharField(max_length=120)
    file = models.FileField(upload_to=material_path)
    file_name = models.CharField(max_length=150)
    size_bytes = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-added_at", "id"]

    def get_absolute_url(self) -> str:
        return reverse("material", args=[self.pk])


class Assignment(models.Model):
    objects: ClassVar[models.Manager["Assignment"]] = models.Manager()

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="assignments")
    title = models.CharField(max_length=120)
    task = models.TextField()
    due_at = models.DateTimeField()

    class Meta:
        ordering = ["due_at", "id"]

    def get_absolute_url(self) -> str:
        return reverse("assignment", args=[self.pk])


class Submission(models.Model):
    """A student's work on an assignment: one row, replaced by a later upload until the assignment is due."""

    objects: ClassVar[models.Manager["Submission"]] = models.Manager()

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="submissions")
    student = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="submissions")
    file = models.FileField(upload_to=submission_path)
    file_name = models.CharField(max_length=150)
    size_bytes = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()
    mark = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(FULL_MARK)])
    feedback = models.TextField(blank=True)
    marked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["student__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "student"], name="one_submission_a_student"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("marking", args=[self.pk])


class SupportInquiry(models.Model):
    """What a person wrote who cannot sign in. Who they say they are is kept as a keyed hash only."""

    objects: ClassVar[models.Manager["SupportInquiry"]] = models.Manager()

    person = models.CharField(max_length=16)
    message = models.TextField()
    received_at = models.DateTimeField()
    is_answered = models.BooleanField(default=False)

    class Meta:
        ordering = ["-received_at", "-id"]
        verbose_name_plural = "support inquiries"
