"""Plans of root modules that are not ours: other styles, no tiers, no tags; none may crash the gate or slip through."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from generator.policy import Plan
from generator.policy.load import describe
from generator.terraform import Terraform
from tests.conftest import PROJECT
from tests.gate.conftest import Gated
from tests.modules.conftest import run as run_terraform

ROOTS = Path(__file__).parent / "roots"
Plans = dict[str, Path]

# What must be found: root, address, the checks of which one at least must find it, and the line that it must name.
EXPECTED = [
    ("legacy", "aws_security_group.web", ["CKV_AWS_24"], "ingress {"),
    ("legacy", "aws_security_group.web", ["CKV_AWS_382"], "egress {"),
    ("legacy", "aws_vpc_security_group_ingress_rule.anywhere", ["CKV_AWS_24"], "from_port         = 22"),
    ("legacy", "aws_vpc.main", ["CKV2_AWS_11"], 'resource "aws_vpc" "main" {'),
    ("legacy", "aws_vpc.main", ["CKV2_AWS_12"], 'resource "aws_vpc" "main" {'),
    ("legacy", "aws_subnet.public[0]", ["CKV_AWS_130"], "map_public_ip_on_launch = true"),
    ("legacy", "aws_subnet.public[1]", ["CKV_AWS_130"], "map_public_ip_on_launch = true"),
    ("legacy", "aws_instance.web[1]", ["CKV_AWS_88"], "associate_public_ip_address = true"),
    ("legacy", "aws_db_instance.main", ["TIER_AWS_060"], "storage_encrypted       = false"),
    ("legacy", "aws_db_instance.main", ["CKV_AWS_16"], "storage_encrypted       = false"),
    ("legacy", "aws_db_instance.main", ["TIER_AWS_062"], "publicly_accessible     = true"),
    ("legacy", "aws_db_instance.main", ["TIER_AWS_064"], "backup_retention_period = 0"),
    ("legacy", "aws_db_instance.main", ["TIER_AWS_065"], "password                = var.db_password"),
    ("legacy", "aws_s3_bucket.assets", ["TIER_AWS_074"], 'resource "aws_s3_bucket" "assets" {'),
    ("legacy", "aws_s3_bucket.assets", ["TIER_AWS_075"], "force_destroy = true"),
    ("legacy", "aws_s3_bucket_public_access_block.assets", ["CKV_AWS_54"], "block_public_policy     = false"),
    ("legacy", "aws_alb_listener.http", ["CKV_AWS_2"], '  protocol          = "HTTP"'),
    ("legacy", "aws_alb.front", ["TIER_AWS_091"], 'resource "aws_alb" "front" {'),
    ("legacy", "aws_iam_role_policy.web", ["CKV_AWS_62"], "policy = jsonencode({"),
    ("nested", 'module.shop["books.example"].aws_security_group.this', ["CKV_AWS_24"], '  dynamic "ingress" {'),
    ("nested", 'module.shop["games"].aws_db_instance.this', ["TIER_AWS_060"], "storage_encrypted           = var.private"),
    ("nested", 'module.shop["games"].aws_s3_bucket.this', ["TIER_AWS_074"], 'resource "aws_s3_bucket" "this" {'),
    ("nested", "module.archive[0].aws_vpc.this", ["CKV2_AWS_11"], 'resource "aws_vpc" "this" {'),
    ("nested", 'module.archive[0].aws_subnet.this["b"]', ["TIER_AWS_101"], 'resource "aws_subnet" "this" {'),
]  # fmt: skip
# What must not be found: what is well beside what is not.
INNOCENT = [
    ("nested", 'module.shop["games"].aws_security_group.this', "CKV_AWS_24"),
    ("nested", "module.archive[0].aws_security_group.this", "CKV_AWS_24"),
    ("nested", "module.archive[0].aws_s3_bucket.this", "TIER_AWS_074"),
    ("nested", 'module.shop["books.example"].aws_s3_bucket.this', "TIER_AWS_074"),
    ("nested", 'module.shop["books.example"].aws_db_instance.this', "CKV_AWS_16"),
    ("webshop", "aws_vpc.shop", "CKV2_AWS_11"),
    ("webshop", "aws_vpc.shop", "CKV2_AWS_12"),
    ("webshop", "aws_db_instance.orders", "CKV_AWS_16"),
    ("webshop", "aws_db_instance.orders", "TIER_AWS_061"),
    ("webshop", "aws_db_instance.orders", "TIER_AWS_065"),
    ("webshop", "aws_kms_key.data", "TIER_AWS_063"),
]


@pytest.fixture(scope="module")
def roots(open_root: Callable[[Path], Terraform], tmp_path_factory: pytest.TempPathFactory) -> Plans:
    """Return the plan JSON of each root module written by hand, planned by real Terraform."""
    base = tmp_path_factory.mktemp("roots")
    opened: dict[str, Terraform] = {}
    for source in sorted(ROOTS.iterdir()):
        shutil.copytree(source, base / source.name)
        opened[source.name] = open_root(base / source.name)

    def plan(name: str) -> Path:
        terraform, file = opened[name], base / name / "plan.json"
        run_terraform(terraform, "plan", base, input=False, out="plan.tfplan")
        file.write_bytes(terraform.capture("show", "plan.tfplan", json=True).checked())
        return file

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(opened, pool.map(plan, opened), strict=True))


@pytest.fixture(scope="module")
def judged(roots: Plans, gated: Callable[..., Gated]) -> Gated:
    """Return what one run of the gate says of all three."""
    return gated(*roots.values())


def test_nothing_crashes_and_everything_is_judged(judged: Gated, roots: Plans) -> None:
    assert judged.verdict["failures"] == []
    assert (judged.ran.code, judged.ran.err) == (1, "")
    for file in roots.values():
        document = json.loads(file.read_bytes())
        managed = [item for item in document["resource_changes"] if item["mode"] == "managed"]
        assert judged.plan(file)["resources"] == len(managed)
        assert (judged.plan(file)["tier"], judged.plan(file)["result"]) == ("", "failed")


@pytest.mark.parametrize(("root", "address", "checks", "line"), EXPECTED)
def test_a_fault_is_found_where_it_is_written(
    root: str, address: str, checks: list[str], line: str, judged: Gated, roots: Plans
) -> None:
    found = [
        finding
        for finding in judged.plan(roots[root])["findings"]
        if finding["address"] == address and finding["check"] in checks
    ]
    assert found, f"no finding of {checks} at {address}"
    for finding in found:
        place = finding["module"]
        assert Path(place["file"]).is_relative_to(roots[root].parent)
        assert line in Path(place["file"]).read_text().splitlines()[place["line"] - 1]
        assert finding["blueprint"] is None


def test_a_line_is_named_for_every_finding(judged: Gated, roots: Plans) -> None:
    for file in roots.values():
        for finding in judged.plan(file)["findings"]:
            place = finding["module"]
            block = re.sub(r"\[[^]]*\]$", "", finding["address"]).rpartition(".")[2]
            assert place, finding
            text = Path(place["file"]).read_text().splitlines()
            above = [line for line in text[: place["line"]] if line.startswith("resource ")]
            assert f'"{block}" {{' in above[-1], finding


@pytest.mark.parametrize(("root", "address", "check"), INNOCENT)
def test_what_is_well_is_not_found(root: str, address: str, check: str, judged: Gated, roots: Plans) -> None:
    assert address not in judged.findings(roots[root], check)
    assert check in {item["id"] for item in judged.verdict["checks"]}


# By which of our policies the rules of groups are judged is theirs: that each style is found is what counts here.
@pytest.mark.parametrize(
    "address",
    [
        "aws_security_group.web",
        "aws_security_group_rule.remote_desktop",
        "aws_vpc_security_group_ingress_rule.anywhere",
    ],
)
def test_ingress_from_anywhere_is_found_by_a_policy_of_ours_in_every_style(
    address: str, judged: Gated, roots: Plans
) -> None:
    about = [
        finding
        for finding in judged.plan(roots["legacy"])["findings"]
        if finding["check"].startswith("TIER_AWS_") and finding["check"] != "TIER_AWS_090"
        and (finding["address"] == address or any(address in message for message in finding["messages"]))
    ]  # fmt: skip
    assert about


def test_policies_of_one_tier_alone_are_not_asked_of_a_plan_of_no_tier(judged: Gated, roots: Plans) -> None:
    of_one_tier = {item.id for item in describe(PROJECT / "policies") if len(item.tiers) == 1}
    assert "TIER_AWS_070" in of_one_tier
    for file in roots.values():
        assert of_one_tier.isdisjoint(finding["check"] for finding in judged.plan(file)["findings"])
        assert of_one_tier.isdisjoint(finding["check"] for finding in judged.plan(file)["unknown"])


def test_each_value_leads_to_the_instance_of_the_same_key(roots: Plans) -> None:
    plan = Plan(json.loads(roots["webshop"].read_bytes()))
    for bucket in plan.of("aws_s3_bucket"):
        beside = plan.pointing_to(bucket, "aws_s3_bucket_public_access_block", "bucket")
        assert [item.key for item in beside] == [bucket.key]


def test_the_password_of_the_database_is_nowhere_in_the_verdict(judged: Gated, roots: Plans) -> None:
    marker = "marker-of-the-oldshop-4711"
    assert marker in roots["legacy"].read_text()
    assert marker not in json.dumps(judged.verdict)
    assert marker not in judged.ran.out
