"""The tables. Only `doorward.store` touches them; everyone else speaks in the words of the model.

`EntryRow` is append-only: the first migration adds triggers that refuse UPDATE and DELETE on both databases.
"""

from __future__ import annotations

from django.db import models


class LogHead(models.Model):
    """One row: the last line of the log; locked while a line is appended, so that lines are chained one by one."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)


class EntryRow(models.Model):
    """One line of the incident log."""

    seq = models.BigIntegerField(primary_key=True)
    incident = models.CharField(max_length=40, db_index=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    body = models.TextField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)


class PageRow(models.Model):
    """The outbox: a page is owed until `delivered_at` is set."""

    key = models.CharField(max_length=80, primary_key=True)
    incident = models.CharField(max_length=40)
    channel = models.CharField(max_length=40)
    to = models.CharField(max_length=200)
    subject = models.TextField()
    body = models.TextField()
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    attempts = models.IntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)


class VersionRow(models.Model):
    """A configuration version; its bytes are kept as files in the state directory, not here."""

    component = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    author = models.CharField(max_length=200, null=True)
    standing = models.CharField(max_length=20)
    reason = models.CharField(max_length=200, default="")

    class Meta:
        """A version may come back: each time it is seen is a row."""

        indexes = [models.Index(fields=["component", "seen_at"])]


class BucketRow(models.Model):
    """Counts of one window, one component and one (kind, outcome, reason)."""

    component = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    width_s = models.FloatField()
    kind = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=40)
    events = models.IntegerField()

    class Meta:
        """One row a key."""

        constraints = [
            models.UniqueConstraint(fields=["component", "opened_at", "kind", "outcome", "reason"], name="one_bucket"),
        ]


class CursorRow(models.Model):
    """How far a log has been read; committed together with the buckets made of what was read."""

    path = models.CharField(max_length=400, primary_key=True)
    cursor = models.TextField()


class ProbeRow(models.Model):
    """How a probe went."""

    probe = models.CharField(max_length=40)
    vantage = models.CharField(max_length=40, default="")
    at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=60)
    result = models.TextField()


class HealthRow(models.Model):
    """How a part of Doorward itself is; `detail` is redacted text."""

    part = models.CharField(max_length=60, primary_key=True)
    state = models.CharField(max_length=10)
    detail = models.TextField()
    at = models.DateTimeField()
