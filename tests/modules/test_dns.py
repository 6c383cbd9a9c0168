"""Zone, records and certificates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generator.emulator import Emulator

BASE = {
    "name": "shop",
    "alternative_names": ["www.shop.example.com"],
    "distribution_domain_name": "d111111abcdef8.cloudfront.net",
    "distribution_zone_id": "Z2FDTNDATAQYW2",
    "domain": "shop.example.com",
}
LOGGED = {**BASE, "query_log": {"enabled": True}}
EXISTING = "existing.example.org"


def values(plan, address: str) -> dict:
    return plan.modules["module.this"].resources[address]["values"]


def test_every_name_points_to_the_distribution_for_ipv4_and_ipv6(plan_module) -> None:
    resources = plan_module("dns", **BASE).modules["module.this"].resources
    found = {
        (item["values"]["name"], item["values"]["type"], item["values"]["alias"][0]["name"])
        for name, item in resources.items()
        if name.startswith("aws_route53_record.alias")
    }
    names = ("shop.example.com", "www.shop.example.com")
    assert found == {(name, kind, BASE["distribution_domain_name"]) for name in names for kind in ("A", "AAAA")}


def test_two_certificates_cover_the_same_names(plan_module) -> None:
    plan = plan_module("dns", **BASE)
    for name in ("viewer", "origin"):
        certificate = values(plan, f"aws_acm_certificate.{name}")
        assert certificate["domain_name"] == "shop.example.com"
        assert "www.shop.example.com" in certificate["subject_alternative_names"]
        assert certificate["validation_method"] == "DNS"
        assert f"aws_acm_certificate_validation.{name}" in plan.modules["module.this"].resources
    changes = {
        item["address"]: item
        for item in plan.configuration["root_module"]["module_calls"]["this"]["module"]["resources"]
    }
    assert changes["aws_acm_certificate.viewer"]["provider_config_key"].endswith("us_east_1")
    assert not changes["aws_acm_certificate.origin"]["provider_config_key"].endswith("us_east_1")


def test_validation_records_have_keys_that_are_known_before(plan_module) -> None:
    resources = plan_module("dns", **BASE).modules["module.this"].resources
    assert {name for name in resources if name.startswith("aws_route53_record.validation")} == {
        f'aws_route53_record.validation["{name}"]' for name in ("shop.example.com", "www.shop.example.com")
    }


def test_only_amazon_issues_certificates(plan_module) -> None:
    assert values(plan_module("dns", **BASE), "aws_route53_record.caa")["records"] == ['0 issue "amazon.com"']


def test_query_logging_is_an_option(plan_module) -> None:
    assert not [name for name in plan_module("dns", **BASE).modules["module.this"].resources if "query_log" in name]
    plan = plan_module("dns", **LOGGED)
    assert values(plan, "aws_cloudwatch_log_group.query_log[0]")["retention_in_days"] == 30
    assert "aws_route53_query_log.this[0]" in plan.modules["module.this"].resources


def test_only_this_zone_may_write_the_query_log(plan_module) -> None:
    plan = plan_module("dns", **LOGGED)
    resources = plan.configuration["root_module"]["module_calls"]["this"]["module"]["resources"]
    [document] = [item for item in resources if item["address"] == "data.aws_iam_policy_document.query_log"]
    [statement] = document["expressions"]["statement"]
    conditions = {item["variable"]["constant_value"]: item["values"]["references"] for item in statement["condition"]}
    assert conditions["aws:SourceArn"] == ["local.zone_arn"]
    assert "data.aws_caller_identity.current.account_id" in conditions["aws:SourceAccount"]


@pytest.fixture
def existing_zone(emulator: Emulator) -> Iterator[str]:
    import boto3  # noqa: PLC0415

    route53 = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing").client(
        "route53", region_name="us-east-1", endpoint_url=emulator.endpoint
    )
    zone = route53.create_hosted_zone(Name=EXISTING, CallerReference="test")["HostedZone"]["Id"]
    yield zone.removeprefix("/hostedzone/")
    route53.delete_hosted_zone(Id=zone)


def test_a_zone_that_exists_is_used(plan_module, existing_zone: str) -> None:
    plan = plan_module("dns", **{**BASE, "domain": EXISTING, "alternative_names": [], "create_zone": False})
    resources = plan.modules["module.this"].resources
    assert "aws_route53_zone.this[0]" not in resources
    records = {
        name: item["values"]["zone_id"] for name, item in resources.items() if item["type"] == "aws_route53_record"
    }
    assert set(records.values()) == {existing_zone}, records


def test_wrong_inputs_are_refused_with_what_to_write(plan_module) -> None:
    wrong = {**BASE, "domain": "https://shop.example.com", "caa_issuers": ["letsencrypt.org"], "name": "S"}
    wrong["query_log"] = {"enabled": True, "retention_days": 31}
    with pytest.raises(AssertionError) as caught:
        plan_module("dns", **wrong)
    said = " ".join(str(caught.value).split())
    for text in (
        "domain: write a name in lower case",
        "caa_issuers: keep amazon.com",
        "name: write 3 to 30",
        "query_log.retention_days: write",
    ):
        assert text in said, text
