"""CloudFront functions: two stages, and publication from one to the other."""

from __future__ import annotations

import time
from typing import Any

from generator.emulator.registry import Answer, Call, fail, operation

KIND = "Function"
MISSING = "NoSuchFunctionExists"


def _summary(call: Call, function: dict[str, Any], stage: str) -> Answer:
    if stage not in function["stages"]:
        fail(MISSING, f"function {function['name']} has no stage {stage}")
    return {
        "Name": function["name"],
        "Status": "DEPLOYED" if stage == "LIVE" else "UNPUBLISHED",
        "FunctionConfig": function["stages"][stage]["config"],
        "FunctionMetadata": {
            "FunctionARN": call.arn(f"function/{function['name']}"),
            "Stage": stage,
            "CreatedTime": function["created"],
            "LastModifiedTime": function["stages"][stage]["modified"],
        },
    }


def _etag(function: dict[str, Any]) -> str:
    return f"ETV{function['revision']}"


def _current(call: Call) -> dict[str, Any]:
    function: dict[str, Any] = call.find(KIND, call.params["Name"], MISSING)
    if call.params.get("IfMatch") != _etag(function):
        fail("InvalidIfMatchVersion", "the ETag in If-Match is not the current one")
    return function


def _write(call: Call, function: dict[str, Any]) -> Answer:
    stage = {"config": call.params["FunctionConfig"], "code": call.params["FunctionCode"], "modified": time.time()}
    function["stages"]["DEVELOPMENT"] = stage
    function["revision"] += 1
    return {"FunctionSummary": _summary(call, function, "DEVELOPMENT"), "ETag": _etag(function)}


@operation("cloudfront", "CreateFunction")
def create_function(call: Call) -> Answer:
    """Has no stages."""
    name = call.params["Name"]
    if name in call.resources(KIND):
        fail("FunctionAlreadyExists", f"function {name} exists already")
    function = {"name": name, "stages": {}, "revision": 0, "created": time.time()}
    call.resources(KIND)[name] = function
    return {**_write(call, function), "Location": f"/2020-05-31/function/{name}"}


@operation("cloudfront", "UpdateFunction")
def update_function(call: Call) -> Answer:
    """Not implemented."""
    return _write(call, _current(call))


@operation("cloudfront", "PublishFunction")
def publish_function(call: Call) -> Answer:
    """Not implemented."""
    function = _current(call)
    function["stages"]["LIVE"] = function["stages"]["DEVELOPMENT"]
    return {"FunctionSummary": _summary(call, function, "LIVE")}


@operation("cloudfront", "DescribeFunction", "GetFunction")
def read_function(call: Call) -> Answer:
    """Has no stages."""
    function, stage = call.find(KIND, call.params["Name"], MISSING), call.params.get("Stage") or "DEVELOPMENT"
    return {
        "FunctionSummary": _summary(call, function, stage),
        "ETag": _etag(function),
        "FunctionCode": function["stages"][stage]["code"],
        "ContentType": "application/octet-stream",
    }


@operation("cloudfront", "DeleteFunction")
def delete_function(call: Call) -> None:
    """Knows only functions of its own."""
    del call.resources(KIND)[_current(call)["name"]]
