"""Errors come at once and say what is missing: an HTTP 500 would be retried by the SDKs for minutes."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.emulator import Emulator
from generator.emulator.services.s3 import MISTAKEN
from tests.emulator.conftest import Clients


def call(emulator: Emulator, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{emulator.port}{path}", body, headers, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def signed(service: str, **headers: str) -> dict[str, str]:
    scope = f"AWS4-HMAC-SHA256 Credential=testing/20250101/eu-west-1/{service}/aws4_request, SignedHeaders=host"
    return {"Authorization": f"{scope}, Signature=x", **headers}


# Each protocol of AWS, each way in which moto lacks an operation: no method, no path, no service.
MISSING: list[tuple[str, str, dict[str, Any]]] = [
    ("cloudfront", "get_realtime_log_config", {"Name": "x"}),
    ("codedeploy", "list_git_hub_account_token_names", {}),
    ("ec2", "describe_byoip_cidrs", {"MaxResults": 5}),
    ("elasticache", "describe_service_updates", {}),
    ("rds", "describe_db_major_engine_versions", {}),
    ("s3", "put_bucket_metrics_configuration", {"Bucket": "x", "Id": "a", "MetricsConfiguration": {"Id": "a"}}),
    ("accessanalyzer", "get_analyzer", {"analyzerName": "x"}),
    ("cloudhsm", "list_hsms", {}),
]


@pytest.mark.parametrize(("service", "operation", "arguments"), MISSING, ids=[item[0] for item in MISSING])
def test_what_nobody_implements_fails_at_once(
    client: Clients, emulator: Emulator, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    caller = client(service)
    name = caller.meta.method_to_api_mapping[operation]
    started = time.monotonic()
    with pytest.raises(ClientError) as caught:
        getattr(caller, operation)(**arguments)
    assert time.monotonic() - started < 10
    error = caught.value.response
    assert error["Error"]["Code"] == "NotImplemented"
    assert f"{service} {name}" in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert {"service": service, "operation": name, "count": 1} in emulator.unsupported()


def test_a_filter_that_moto_lacks_is_named(client: Clients) -> None:
    filters = [{"Name": "outpost-arn", "Values": ["x"]}]
    ec2 = client("ec2")
    with pytest.raises(ClientError, match=r"does not implement ec2 DescribeSubnets: .*outpost-arn"):
        ec2.describe_subnets(Filters=filters)


def test_an_operation_that_aws_does_not_have(emulator: Emulator) -> None:
    headers = signed("kms", **{"X-Amz-Target": "TrentService.Juggle", "Content-Type": "application/x-amz-json-1.1"})
    status, body = call(emulator, "POST", "/", headers, b"{}")
    assert status == 400
    assert "kms Juggle" in body
    assert json.loads(body)["__type"] == "NotImplemented"


def test_a_service_that_nobody_knows(emulator: Emulator) -> None:
    status, body = call(emulator, "GET", "/things", signed("teleport"))
    assert status == 400
    assert "<Code>NotImplemented</Code>" in body
    assert "teleport GET /things" in body


def test_a_fault_inside_moto_is_no_500(client: Clients, emulator: Emulator) -> None:
    with pytest.raises(ClientError, match="EmulatorFailure") as caught:
        client("cloudfront").get_public_key(Id="none")  # a KeyError in moto's model
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "KeyError: 'none'" in caught.value.response["Error"]["Message"]


def test_a_body_that_cannot_be_read_is_no_500(emulator: Emulator) -> None:
    headers = signed("logs", **{"X-Amz-Target": "Logs_20140328.PutQueryDefinition"})
    headers["Content-Type"] = "application/x-amz-json-1.1"
    status, body = call(emulator, "POST", "/", headers, b"{")
    assert status == 400
    assert "PutQueryDefinition needs name, queryString" in body


def test_errors_of_aws_keep_their_codes(client: Clients) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        client("s3").list_objects_v2(Bucket="none")
    with pytest.raises(ClientError, match="404"):
        client("s3").head_bucket(Bucket="none")
    with pytest.raises(client("kms").exceptions.NotFoundException):
        client("kms").describe_key(KeyId="00000000-0000-0000-0000-000000000000")


def test_objects_pass_unchanged(client: Clients) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="things", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    body = bytes(range(256)) * 1000
    s3.put_object(Bucket="things", Key="a folder/ü+1", Body=body)
    assert s3.get_object(Bucket="things", Key="a folder/ü+1")["Body"].read() == body


def test_s3_operations_that_moto_would_mistake_are_refused(client: Clients) -> None:
    s3 = client("s3")
    model = s3.meta.service_model
    s3.create_bucket(Bucket="things", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with pytest.raises(ClientError, match="NotImplemented"):
        s3.delete_bucket_metrics_configuration(Bucket="things", Id="a")
    assert s3.get_bucket_request_payment(Bucket="things")["Payer"] == "BucketOwner"
    handled = (
        "GET accelerate acl cors encryption inventory lifecycle list-type location logging notification object-lock"
        " ownershipControls policy policyStatus publicAccessBlock replication tagging uploads versioning versions website,"
        "PUT accelerate acl cors encryption inventory lifecycle logging notification object-lock ownershipControls policy"
        " publicAccessBlock replication tagging versioning website,"
        "DELETE cors encryption lifecycle ownershipControls policy publicAccessBlock replication tagging website,"
        "POST delete"
    )
    known = {verb: set(keys) for verb, *keys in (line.split() for line in handled.split(","))}
    mistaken = {
        name
        for name in model.operation_names
        for http in [model.operation_model(name).http]
        for path, _, query in [http["requestUri"].partition("?")]
        if path.rstrip("/") == "/{Bucket}" and query
        if not {item.split("=")[0] for item in query.split("&")} & known[http["method"]]
    }
    assert mistaken - {"GetBucketRequestPayment"} <= set(MISTAKEN)


def test_regions_are_kept_apart(client: Clients) -> None:
    client("logs", "eu-west-1").create_log_group(logGroupName="here")
    assert client("logs", "us-east-1").describe_log_groups()["logGroups"] == []


def test_unsigned_requests_are_answered(emulator: Emulator) -> None:
    assert call(emulator, "GET", "/none", {})[0] in {403, 404}
    assert call(emulator, "GET", "/_tierform/none", {})[0] == 404


def test_an_answer_that_was_lost_is_given_again(client: Clients) -> None:
    logs = client("logs")

    def same_invocation(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = "11111111-2222-3333-4444-555555555555"

    logs.meta.events.register("before-send.logs.CreateLogGroup", same_invocation)
    for _attempt in range(2):
        logs.create_log_group(logGroupName="once")
    logs.meta.events.unregister("before-send.logs.CreateLogGroup", same_invocation)  # the client is shared
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]].count("once") == 1
