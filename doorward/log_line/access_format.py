"""The reader of an access log, which nginx and Apache share."""

from __future__ import annotations

from doorward.log_line import access
from doorward.log_line.fields import first, json_object
from doorward.log_line.options import LogOptions
from doorward.log_line.said import Read, Said
from doorward.log_line.times import Times


def reads(options: LogOptions) -> Read:
    """A reader of the common and combined formats and of JSON by nginx's names."""
    times, routes = Times(options), access.Routes(options)

    def read(line: bytes) -> Said | None:
        if line.startswith(b"{"):
            fields = json_object(line)
            iso, local = first(fields, "time_iso8601", "time", "@timestamp", "timestamp"), first(fields, "time_local")
            at = times.iso(iso) if iso else times.clf(local or "")
            return access.of_json(fields, at, routes)
        found = access.LINE.fullmatch(line.decode("utf-8", "replace").strip())
        if found is None:
            raise ValueError("not an access line")
        return access.of_line(found, times.clf(found["time"]), routes)

    return read
