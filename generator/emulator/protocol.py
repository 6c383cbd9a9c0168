"""AWS's wire protocols, by moto's and botocore's own parsers and serialisers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from botocore.awsrequest import HeadersDict  # type: ignore[import-untyped, unused-ignore]
from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped, unused-ignore]
from botocore.parsers import create_parser  # type: ignore[import-untyped, unused-ignore]
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from generator.emulator.registry import Answer, EmulatedError, Params

# Names in the signature's scope that differ from the service's name.
SIGNED_AS = {
    "access-analyzer": "accessanalyzer",
    "aps": "amp",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "email": "sesv2",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Routed:
    """A request whose operation is known."""

    service: str
    model: Any
    protocol: str
    request: Any
    uri: dict[str, Any]

    @property
    def operation(self) -> str:
        """Return the operation's name."""
        return str(self.model.name)

    def parameters(self) -> Params:
        """Return the call's parameters, named and typed as in boto3. Raises EmulatedError if a required one lacks."""
        request = self.request
        parsed = PROTOCOL_PARSERS[self.protocol](self.model, map_type=dict).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": self.uri,
            }
        )
        params: Params = dict(parsed or {})
        required = self.model.input_shape.required_members if self.model.input_shape else []
        missing = [name for name in required if params.get(name) is None]
        if missing:
            raise EmulatedError("ValidationException", f"{self.operation} needs {', '.join(missing)}")
        return params

    def reply(self, answer: Answer | EmulatedError) -> Reply:
        """Return the answer, or the error, in the service's protocol."""
        serializer = get_serializer_class(self.service, self.protocol)(operation_model=self.model)
        done = serializer.serialize(answer)
        body, status = done["body"], int(done["status_code"])
        if isinstance(answer, EmulatedError) and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            status = HTTPStatus.BAD_REQUEST  # a 5xx would make the SDK retry for minutes
        return Reply(status, dict(done["headers"]), body.encode() if isinstance(body, str) else bytes(body))

    def answer(self, reply: Reply) -> Answer:
        """Return what a reply of moto says, as boto3 would show it."""
        if self.model.output_shape is None:
            return {}
        response = {"body": reply.body, "headers": HeadersDict(reply.headers), "status_code": reply.status}
        parsed: Answer = create_parser(self.protocol).parse(response, self.model.output_shape)
        parsed.pop("ResponseMetadata", None)
        return parsed


def signed_for(environ: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return service and region of the signature's scope, or nothing for an unsigned request."""
    try:
        _, _, region, name, _ = environ["HTTP_AUTHORIZATION"].split(",")[0].split()[1].split("/")
    except (KeyError, IndexError, ValueError):
        return None
    return SIGNED_AS.get(name.lower(), name.lower()), region


@cache
def _router(service: str) -> Any:
    try:
        return get_service_router(service)
    except (BotoCoreError, NotImplementedError):
        return None


def route(service: str, environ: dict[str, Any]) -> Routed | None:
    """Return the request's operation, or nothing if AWS has no such operation."""
    router = _router(service)
    if router is None:
        return None
    request = Request(environ)
    try:
        model, uri = router.match(request)
    except NotFound:
        return None
    protocol = determine_request_protocol(get_service_model(service), request.content_type)
    return Routed(service, model, protocol, request, uri)


def plain_error(environ: Mapping[str, Any], code: str, message: str) -> Reply:
    """Return an error for a request whose service is unknown: in JSON if it speaks JSON, else in XML."""
    if "json" in environ.get("CONTENT_TYPE", "") or "HTTP_X_AMZ_TARGET" in environ:
        body = json.dumps({"__type": code, "message": message})
        return Reply(400, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}, body.encode())
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    body = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
    return Reply(400, {"Content-Type": "text/xml"}, body.encode())
