"""CloudFront: distributions with all attributes, monitoring subscriptions and VPC origins."""

from __future__ import annotations

import copy
import time
from typing import Any

from generator.emulator.registry import Answer, Call, amend, fail, given, new_id, operation

VPC_ORIGIN = "VpcOrigin"
MONITORING = "MonitoringSubscription"
NO_ENTITY = "EntityNotFound"


@amend("cloudfront", "CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution")
def write_distribution(call: Call, answer: Answer) -> None:
    """Forgets attributes of the configuration, among them OriginAccessControlId and VpcOriginConfig."""
    config = call.params.get("DistributionConfig") or call.params["DistributionConfigWithTags"]["DistributionConfig"]
    call.notes("distribution")[answer["Distribution"]["Id"]] = config
    answer["Distribution"]["DistributionConfig"] = _echo(config, answer["Distribution"]["DistributionConfig"])


@amend("cloudfront", "GetDistribution", "GetDistributionConfig")
def read_distribution(call: Call, answer: Answer) -> None:
    """Forgets attributes of the configuration."""
    distribution = answer.get("Distribution", answer)
    config = call.notes("distribution").get(call.params["Id"]) or {}
    distribution["DistributionConfig"] = _echo(config, distribution["DistributionConfig"])


def _echo(config: dict[str, Any], by_moto: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration that was written, filled up with the defaults that moto knows."""
    config = copy.deepcopy(given(config))
    for origin in (config.get("Origins") or {}).get("Items") or []:
        origin.setdefault("OriginAccessControlId", "")
    return {**by_moto, **config}


@operation("cloudfront", "CreateMonitoringSubscription")
def create_monitoring_subscription(call: Call) -> Answer:
    """Not implemented."""
    subscription = call.params["MonitoringSubscription"]
    call.resources(MONITORING)[call.params["DistributionId"]] = subscription
    return {"MonitoringSubscription": subscription}


@operation("cloudfront", "GetMonitoringSubscription")
def get_monitoring_subscription(call: Call) -> Answer:
    """Not implemented."""
    name = call.params["DistributionId"]
    return {"MonitoringSubscription": call.find(MONITORING, name, "NoSuchMonitoringSubscription")}


@operation("cloudfront", "DeleteMonitoringSubscription")
def delete_monitoring_subscription(call: Call) -> None:
    """Not implemented."""
    call.remove(MONITORING, call.params["DistributionId"], "NoSuchMonitoringSubscription")


@operation("cloudfront", "DeleteKeyGroup")
def delete_key_group(call: Call) -> None:
    """Not implemented."""
    if call.backend().key_groups.pop(call.params["Id"], None) is None:
        fail("NoSuchResource", f"key group {call.params['Id']} does not exist")


@operation("cloudfront", "CreateVpcOrigin")
def create_vpc_origin(call: Call) -> Answer:
    """Not implemented."""
    config = call.params["VpcOriginEndpointConfig"]
    for origin in call.resources(VPC_ORIGIN).values():
        if origin["VpcOriginEndpointConfig"]["Name"] == config["Name"]:
            fail("EntityAlreadyExists", f"a VPC origin with the name {config['Name']} exists already")
    name, now = f"vo_{new_id().replace('-', '')[:22]}", time.time()
    origin = {
        "Id": name,
        "Arn": call.arn(f"vpcorigin/{name}"),
        "AccountId": call.arn("").split(":")[4],
        "Status": "Deployed",
        "CreatedTime": now,
        "LastModifiedTime": now,
        "VpcOriginEndpointConfig": config,
        "_revision": 1,
    }
    call.resources(VPC_ORIGIN)[name] = origin
    call.backend().tagger.tag_resource(origin["Arn"], (call.params.get("Tags") or {}).get("Items") or [])
    return {**_vpc_origin(origin), "Location": f"/2020-05-31/vpc-origin/{name}"}


def _vpc_origin(origin: dict[str, Any]) -> Answer:
    public = {key: value for key, value in origin.items() if not key.startswith("_")}
    return {"VpcOrigin": public, "ETag": _etag(origin)}


def _etag(origin: dict[str, Any]) -> str:
    return f"E{origin['Id'][3:12].upper()}{origin['_revision']}"


@operation("cloudfront", "GetVpcOrigin")
def get_vpc_origin(call: Call) -> Answer:
    """Not implemented."""
    return _vpc_origin(call.find(VPC_ORIGIN, call.params["Id"], NO_ENTITY))


@operation("cloudfront", "UpdateVpcOrigin")
def update_vpc_origin(call: Call) -> Answer:
    """Not implemented."""
    origin = _current(call)
    revision = origin["_revision"] + 1
    config = call.params["VpcOriginEndpointConfig"]
    origin.update(VpcOriginEndpointConfig=config, LastModifiedTime=time.time(), _revision=revision)
    return _vpc_origin(origin)


@operation("cloudfront", "DeleteVpcOrigin")
def delete_vpc_origin(call: Call) -> Answer:
    """Not implemented."""
    origin = _current(call)
    for name in call.backend().distributions:
        origins = (call.notes("distribution").get(name) or {}).get("Origins") or {}
        for item in origins.get("Items") or []:
            if (item.get("VpcOriginConfig") or {}).get("VpcOriginId") == origin["Id"]:
                fail("CannotDeleteEntityWhileInUse", f"distribution {name} uses the VPC origin {origin['Id']}")
    del call.resources(VPC_ORIGIN)[origin["Id"]]
    return _vpc_origin({**origin, "Status": "Deploying"})


def _current(call: Call) -> dict[str, Any]:
    """Return the VPC origin, if the caller knows its current version."""
    origin: dict[str, Any] = call.find(VPC_ORIGIN, call.params["Id"], NO_ENTITY)
    if call.params.get("IfMatch") != _etag(origin):
        fail("PreconditionFailed", "the ETag in If-Match is not the current one")
    return origin


@operation("cloudfront", "ListVpcOrigins")
def list_vpc_origins(call: Call) -> Answer:
    """Not implemented."""
    found = [
        {
            **{key: value for key, value in origin.items() if not key.startswith("_")},
            "Name": origin["VpcOriginEndpointConfig"]["Name"],
            "OriginEndpointArn": origin["VpcOriginEndpointConfig"]["Arn"],
        }
        for origin in call.resources(VPC_ORIGIN).values()
    ]
    return {
        "VpcOriginList": {"MaxItems": 100, "IsTruncated": False, "Marker": "", "Quantity": len(found), "Items": found}
    }
