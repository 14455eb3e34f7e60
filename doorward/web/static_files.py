"""The dashboard's own few small files, served whole.

WhiteNoise streams files synchronously, which Django warns of under ASGI; ours are a few KiB, so each is read at once.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise, with the body read instead of streamed."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """The file with WhiteNoise's own headers (caching, not-modified, ranges)."""
        streamed = WhiteNoiseMiddleware.serve(static_file, request)
        whole = HttpResponse(b"".join(streamed), status=streamed.status_code, headers=dict(streamed.headers))
        streamed.close()
        return whole
