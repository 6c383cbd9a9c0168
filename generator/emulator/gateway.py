"""The WSGI layer in front of moto: own operations, amended answers, and errors that come at once."""

from __future__ import annotations

import io
import json
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from moto.core.exceptions import ServiceException
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException

from generator.emulator import services
from generator.emulator.inventory import Baseline, drop_backends, inventory
from generator.emulator.protocol import Reply, Routed, plain_error, route, signed_for
from generator.emulator.registry import (
    AMENDMENTS,
    CHECKS,
    ENDPOINTS,
    GLOBAL,
    GLOBAL_SERVICES,
    HOOKS,
    OPERATIONS,
    PATCHES,
    Call,
    Decline,
    EmulatedError,
    Endpoint,
    Store,
)

OWN = "/_tierform/"
NOT_IMPLEMENTED = "NotImplemented"
REMEMBERED = 500  # answers that an SDK may ask for again
BROKEN = "EmulatorFailure"  # not InternalError: SDKs retry that one

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

services.register()


class Gateway:
    """A WSGI application; `health` is what `/_tierform/health` answers, `log` takes one line."""

    def __init__(self, health: dict[str, Any], log: Callable[[str], None], *, trace: bool = False) -> None:
        self.health = health
        self.log = log
        self.trace = trace
        self.store = Store()
        self.baseline = Baseline()
        self.baseline.install()
        self.last_call = time.monotonic()
        self._moto = DomainDispatcherApplication(create_backend_app)
        # moto's backends are plain dictionaries, which one request may change while another walks over them.
        self._lock = threading.RLock()
        self._patched: set[str] = set()
        self._refused: dict[tuple[str, str], int] = {}
        self._answers: dict[str, tuple[Reply, str]] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request; whatever fails is logged and answered so that no SDK tries again."""
        try:
            reply = self._answer(environ)
        except Exception as error:
            reply = self._broken(environ, None, environ.get("PATH_INFO", ""), error)
        start_response(f"{reply.status} {_phrase(reply.status)}", list(reply.headers.items()))
        return [reply.body]

    def _answer(self, environ: Environ) -> Reply:
        path = environ.get("PATH_INFO", "").replace("/moto-api/reset", f"{OWN}reset")  # moto's own knows half of it
        if path.startswith(OWN):
            reply = self._own(environ, path.removeprefix(OWN))
        else:
            self.last_call = time.monotonic()
            with self._lock:
                reply = self._traced(environ) if self.trace else self._aws(environ)[0]
        headers = {**reply.headers}
        if environ["REQUEST_METHOD"] == "HEAD":
            reply = Reply(reply.status, headers, b"")
        elif not any(name.lower() == "content-length" for name in headers):
            headers["Content-Length"] = str(len(reply.body))  # else it would be sent in chunks
        return Reply(reply.status, headers, reply.body)

    def _own(self, environ: Environ, path: str) -> Reply:
        method = environ["REQUEST_METHOD"]
        if path == "health":
            return _json(self.health)
        with self._lock:
            if (method, path) in ENDPOINTS:
                return self._endpoint(ENDPOINTS[method, path], environ)
            if path == "inventory":
                return _json(inventory(self.store, self.baseline))
            if path == "unsupported":
                refused = sorted(self._refused.items())
                return _json([{"service": s, "operation": o, "count": n} for (s, o), n in refused])
            if path == "reset" and method == "POST":
                self._reset()
                return _json({})
        return _json({"message": f"no such endpoint: {method} {path}"}, 404)

    def _endpoint(self, endpoint: Endpoint, environ: Environ) -> Reply:
        try:
            return _json(endpoint(self.store, json.loads(_read_body(environ) or b"{}")))
        except (KeyError, TypeError, ValueError) as error:
            return _json({"message": f"{type(error).__name__}: {error}"}, 400)

    def _reset(self) -> None:
        drop_backends()
        self.store.clear()
        self.baseline.clear()
        self._refused.clear()
        self._answers.clear()

    def _traced(self, environ: Environ) -> Reply:
        start = time.perf_counter()
        reply, name = self._aws(environ)
        self.log(f"{name} {reply.status} {(time.perf_counter() - start) * 1000:.1f} ms")
        return reply

    def _aws(self, environ: Environ) -> tuple[Reply, str]:
        """Answer a call of AWS; return the answer and the operation's name.

        An SDK that did not get the answer tries again under the same invocation id. It gets the answer that it missed:
        done twice, most calls would fail.
        """
        body = _read_body(environ)
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        if invocation in self._answers:
            reply, name = self._answers[invocation]
            self.log(f"answered again: {name} ({environ.get('HTTP_AMZ_SDK_REQUEST', '')})")
            return reply, name
        self._let_time_pass()
        answer = self._first(environ, body)
        if invocation:
            self._answers[invocation] = answer
            if len(self._answers) > REMEMBERED:
                del self._answers[next(iter(self._answers))]
        return answer

    def _let_time_pass(self) -> None:
        for hook in HOOKS:
            try:
                hook(self.store)
            except Exception as error:  # the call itself must not fail for it
                self.log(f"failed: {hook.__name__}: {type(error).__name__}: {error}".replace("\n", " "))

    def _first(self, environ: Environ, body: bytes) -> tuple[Reply, str]:
        scope = signed_for(environ)
        if scope is None:
            name = f"unsigned {environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
            return self._guarded(environ, body, None, "unsigned", name), name
        service, region = scope
        try:
            routed = route(service, {**environ, "wsgi.input": io.BytesIO(body)})
        except Exception as error:
            return self._broken(environ, None, f"{service} ?", error), f"{service} ?"
        unknown = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
        operation = routed.operation if routed else environ.get("HTTP_X_AMZ_TARGET", "").split(".")[-1] or unknown
        name = f"{service} {operation}"
        if routed is None:
            return self._guarded(environ, body, None, service, operation), name
        return self._handled(environ, body, routed, region), name

    def _handled(self, environ: Environ, body: bytes, routed: Routed, region: str) -> Reply:
        """Answer by the handler of the operation, if it has one; else by moto."""
        service, operation = routed.service, routed.operation
        try:
            self._patch(service)
            key = (service, operation)
            if not any(key in known for known in (OPERATIONS, AMENDMENTS, CHECKS)):
                raise Decline
            place = GLOBAL if service in GLOBAL_SERVICES else region
            call = Call(service, operation, place, routed.parameters(), self.store)
            if key in CHECKS:
                CHECKS[key](call)
            if key in OPERATIONS:
                return routed.reply(OPERATIONS[key](call) or {})
            return self._amended(environ, body, routed, call)
        except Decline:
            return self._guarded(environ, body, routed, service, operation)
        except NotImplementedError:
            return self._refuse(environ, routed, service, operation)
        except ServiceException as error:
            return routed.reply(EmulatedError(error.code, error.message))
        except Exception as error:
            return self._broken(environ, routed, f"{service} {operation}", error)

    def _amended(self, environ: Environ, body: bytes, routed: Routed, call: Call) -> Reply:
        reply = self._guarded(environ, body, routed, call.service, call.operation)
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES or (call.service, call.operation) not in AMENDMENTS:
            return reply
        answer = routed.answer(reply)
        AMENDMENTS[call.service, call.operation](call, answer)
        return routed.reply(answer)

    def _patch(self, service: str) -> None:
        if service in PATCHES and service not in self._patched:
            PATCHES[service]()
            self._patched.add(service)

    def _guarded(self, environ: Environ, body: bytes, routed: Routed | None, service: str, operation: str) -> Reply:
        """Answer by moto; whatever moto cannot answer becomes an error that no SDK retries."""
        try:
            reply = self._ask_moto(environ, body)
        except Exception as error:
            if isinstance(error, NotImplementedError) or not self._known(environ, body):
                return self._refuse(environ, routed, service, operation, error)
            return self._broken(environ, routed, f"{service} {operation}", error)
        if environ.get("PATH_INFO", "").startswith("/moto-api"):
            return reply
        unrouted = reply.status == HTTPStatus.NOT_FOUND and routed is None and service != "unsigned"
        html = "html" in reply.headers.get("Content-Type", "")
        if reply.status >= HTTPStatus.BAD_REQUEST and ((html and _is_page(reply.body)) or unrouted):
            return self._refuse(environ, routed, service, operation)
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._broken(environ, routed, f"{service} {operation}", RuntimeError(reply.body[:500].decode()))
        return reply

    def _known(self, environ: Environ, body: bytes) -> bool:
        """Say whether moto has the service at all."""
        host = self._moto.infer_service_region_host({**environ, "wsgi.input": io.BytesIO(body)}, environ["PATH_INFO"])
        return host is None or self._moto.get_backend_for_host(host) is not None

    def _ask_moto(self, environ: Environ, body: bytes) -> Reply:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            started.append((status, headers))

        answer = self._moto({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
        try:
            content = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = started[-1]
        return Reply(int(status.split()[0]), dict(headers), content)

    def _refuse(
        self, environ: Environ, routed: Routed | None, service: str, operation: str, error: Exception | None = None
    ) -> Reply:
        self._refused[service, operation] = self._refused.get((service, operation), 0) + 1
        # moto says in the error which filter or attribute it lacks, where it has the operation as such
        detail = f": {error}".replace("\n", " ") if isinstance(error, NotImplementedError) and str(error) else ""
        self.log(f"not implemented: {service} {operation}{detail}")
        message = f"the emulator does not implement {service} {operation}{detail}"
        return _error(environ, routed, NOT_IMPLEMENTED, message)

    def _broken(self, environ: Environ, routed: Routed | None, name: str, error: Exception) -> Reply:
        if isinstance(error, HTTPException):
            error = RuntimeError(str(error.description))
        frames = traceback.extract_tb(error.__traceback__)
        place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
        text = f"{type(error).__name__}: {error}".replace("\n", " ")
        self.log(f"failed: {name}: {text}{place}")
        return _error(environ, routed, BROKEN, f"the emulator failed in {name}: {text}{place}")


def _error(environ: Environ, routed: Routed | None, code: str, message: str) -> Reply:
    if routed is None:
        return plain_error(environ, code, message)
    try:
        return routed.reply(EmulatedError(code, message))
    except Exception:
        return plain_error(environ, code, message)


def _read_body(environ: Environ) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    return bytes(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:9].lower().startswith((b"<!doctype", b"<html"))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
