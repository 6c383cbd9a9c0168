"""CloudFront: what the emulator adds, through an SDK."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.emulator import Emulator
from tests.emulator.conftest import Clients

NONE = {"HeaderBehavior": "none"}
POLICIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "CachePolicy": ({"MinTTL": 5}, "cache_policy", "Managed-CachingOptimized"),
    "OriginRequestPolicy": (
        {
            "HeadersConfig": NONE,
            "CookiesConfig": {"CookieBehavior": "all"},
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
        },
        "origin_request_policy",
        "Managed-AllViewer",
    ),
    "ResponseHeadersPolicy": (
        {"SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}}},
        "response_headers_policy",
        "Managed-SecurityHeadersPolicy",
    ),
}


def distribution(origin: dict[str, Any], comment: str = "first") -> dict[str, Any]:
    return {
        "CallerReference": "one",
        "Comment": comment,
        "Enabled": True,
        "HttpVersion": "http2and3",
        "Origins": {"Quantity": 1, "Items": [{"Id": "app", "DomainName": "app.internal", **origin}]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "app",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        },
    }


def vpc_origin(name: str = "app", port: int = 443) -> dict[str, Any]:
    return {
        "Name": name,
        "Arn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/1",
        "HTTPPort": 80,
        "HTTPSPort": port,
        "OriginProtocolPolicy": "https-only",
        "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
    }


@pytest.mark.parametrize("kind", POLICIES)
def test_a_policy_lives(client: Clients, emulator: Emulator, kind: str) -> None:
    cloudfront = client("cloudfront")
    settings, name, _ = POLICIES[kind]
    config = f"{kind}Config"

    def ask(verb: str, **arguments: Any) -> Any:
        return getattr(cloudfront, f"{verb}_{name}")(**arguments)

    made = ask("create", **{config: {"Name": "own", **settings}})
    identifier = made[kind]["Id"]
    assert ask("get", Id=identifier)[kind][config]["Name"] == "own"
    with pytest.raises(ClientError, match="AlreadyExists"):
        ask("create", **{config: {"Name": "own", **settings}})
    with pytest.raises(ClientError, match="PreconditionFailed"):
        ask("delete", Id=identifier, IfMatch="old")
    changed = ask("update", Id=identifier, IfMatch=made["ETag"], **{config: {"Name": "own2", **settings}})
    assert changed["ETag"] != made["ETag"]
    assert emulator.inventory()["resources"] == {f"cloudfront/{kind}": [identifier]}
    ask("delete", Id=identifier, IfMatch=changed["ETag"])
    with pytest.raises(ClientError, match=f"NoSuch{kind}"):
        ask("get", Id=identifier)


@pytest.mark.parametrize("kind", POLICIES)
def test_policies_of_aws_are_found_and_kept(client: Clients, kind: str) -> None:
    cloudfront = client("cloudfront")
    _, name, managed = POLICIES[kind]
    listed = getattr(cloudfront, f"list_{name[:-1]}ies")(Type="managed")[f"{kind}List"]["Items"]
    found = {item[kind][f"{kind}Config"]["Name"]: item[kind]["Id"] for item in listed}
    assert managed in found
    with pytest.raises(ClientError, match="managed by AWS"):
        getattr(cloudfront, f"delete_{name}")(Id=found[managed], IfMatch="x")


def test_a_function_is_published(client: Clients) -> None:
    cloudfront = client("cloudfront")
    config = {"Comment": "first", "Runtime": "cloudfront-js-2.0"}
    made = cloudfront.create_function(Name="rewrite", FunctionConfig=config, FunctionCode=b"one")
    with pytest.raises(ClientError, match="NoSuchFunctionExists"):
        cloudfront.describe_function(Name="rewrite", Stage="LIVE")
    cloudfront.publish_function(Name="rewrite", IfMatch=made["ETag"])
    changed = cloudfront.update_function(
        Name="rewrite", IfMatch=made["ETag"], FunctionConfig=config, FunctionCode=b"two"
    )
    assert cloudfront.get_function(Name="rewrite", Stage="LIVE")["FunctionCode"].read() == b"one"
    assert cloudfront.get_function(Name="rewrite")["FunctionCode"].read() == b"two"
    with pytest.raises(ClientError, match="InvalidIfMatchVersion"):
        cloudfront.delete_function(Name="rewrite", IfMatch=made["ETag"])
    cloudfront.delete_function(Name="rewrite", IfMatch=changed["ETag"])
    with pytest.raises(ClientError, match="NoSuchFunctionExists"):
        cloudfront.describe_function(Name="rewrite")


def test_a_vpc_origin_lives(client: Clients, emulator: Emulator) -> None:
    cloudfront = client("cloudfront")
    tags = {"Items": [{"Key": "tier", "Value": "one"}]}
    made = cloudfront.create_vpc_origin(VpcOriginEndpointConfig=vpc_origin(), Tags=tags)
    origin = made["VpcOrigin"]
    assert origin["Status"] == "Deployed"
    assert cloudfront.list_tags_for_resource(Resource=origin["Arn"])["Tags"] == tags
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        cloudfront.create_vpc_origin(VpcOriginEndpointConfig=vpc_origin())
    with pytest.raises(ClientError, match="PreconditionFailed"):
        cloudfront.update_vpc_origin(Id=origin["Id"], IfMatch="old", VpcOriginEndpointConfig=vpc_origin(port=8443))
    changed = cloudfront.update_vpc_origin(
        Id=origin["Id"], IfMatch=made["ETag"], VpcOriginEndpointConfig=vpc_origin(port=8443)
    )
    read = cloudfront.get_vpc_origin(Id=origin["Id"])
    assert read["VpcOrigin"]["VpcOriginEndpointConfig"]["HTTPSPort"] == 8443
    assert read["ETag"] == changed["ETag"]
    assert [item["Name"] for item in cloudfront.list_vpc_origins()["VpcOriginList"]["Items"]] == ["app"]
    assert emulator.inventory()["resources"] == {"cloudfront/VpcOrigin": [origin["Id"]]}
    cloudfront.delete_vpc_origin(Id=origin["Id"], IfMatch=changed["ETag"])
    with pytest.raises(ClientError, match="EntityNotFound"):
        cloudfront.get_vpc_origin(Id=origin["Id"])


def test_a_vpc_origin_in_use_is_kept(client: Clients) -> None:
    cloudfront = client("cloudfront")
    made = cloudfront.create_vpc_origin(VpcOriginEndpointConfig=vpc_origin())
    used = {"VpcOriginConfig": {"VpcOriginId": made["VpcOrigin"]["Id"]}}
    answer = cloudfront.create_distribution(DistributionConfig=distribution(used))
    delete = {"Id": made["VpcOrigin"]["Id"], "IfMatch": made["ETag"]}
    with pytest.raises(ClientError, match="CannotDeleteEntityWhileInUse"):
        cloudfront.delete_vpc_origin(**delete)
    cloudfront.delete_distribution(Id=answer["Distribution"]["Id"], IfMatch=answer["ETag"])
    cloudfront.delete_vpc_origin(**delete)


def test_a_distribution_keeps_what_it_was_given(client: Clients) -> None:
    cloudfront = client("cloudfront")
    bucket = {"DomainName": "static.s3.eu-west-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    origin = {**bucket, "OriginAccessControlId": "E1"}
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": distribution(origin), "Tags": {"Items": []}}
    )
    name = made["Distribution"]["Id"]
    read = cloudfront.get_distribution(Id=name)
    config = read["Distribution"]["DistributionConfig"]
    assert config["Origins"]["Items"][0]["OriginAccessControlId"] == "E1"
    assert config["HttpVersion"] == "http2and3"
    cloudfront.update_distribution(Id=name, IfMatch=read["ETag"], DistributionConfig=distribution(origin, "second"))
    assert cloudfront.get_distribution_config(Id=name)["DistributionConfig"]["Comment"] == "second"


def test_a_monitoring_subscription_lives(client: Clients) -> None:
    cloudfront = client("cloudfront")
    subscription = {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": "Enabled"}}
    cloudfront.create_monitoring_subscription(DistributionId="E1", MonitoringSubscription=subscription)
    read = cloudfront.get_monitoring_subscription(DistributionId="E1")
    assert read["MonitoringSubscription"] == subscription
    cloudfront.delete_monitoring_subscription(DistributionId="E1")
    with pytest.raises(ClientError, match="NoSuchMonitoringSubscription"):
        cloudfront.get_monitoring_subscription(DistributionId="E1")


def test_a_key_group_is_deleted(client: Clients) -> None:
    cloudfront = client("cloudfront")
    made = cloudfront.create_key_group(KeyGroupConfig={"Name": "g", "Items": ["K1"]})
    cloudfront.delete_key_group(Id=made["KeyGroup"]["Id"], IfMatch=made["ETag"])
    with pytest.raises(ClientError, match="NoSuchResource"):
        cloudfront.delete_key_group(Id=made["KeyGroup"]["Id"], IfMatch=made["ETag"])
