"""The answer to health checks."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PATH = "/healthz/"


class HealthMiddleware:
    """Answers health checks before all else: their Host is the task's address, which no list of names can hold.

    It asks neither database nor cache: while one fails over, every task would be replaced by one that is no better.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a health check, or hand the request on."""
        if request.path == PATH:
            return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})
        return self.get_response(request)
