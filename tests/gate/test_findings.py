"""What a finding says: where it is written, where its value came from, what is not known yet; and what it never says."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Planned
from tests.features.mutation import Mutation, change
from tests.features.reading import Evidence
from tests.gate.conftest import Careless, Gated
from tests.policies.forget import forget

Document = dict[str, Any]
DATABASE = "module.database.aws_db_instance.this"
BALANCER = "module.balancer.aws_lb.this"
LISTED = "aws_db_instance.this"

# Single faults in copies of tier 1's plan.
FAULTS: dict[str, Mutation] = {
    "days": change("database", LISTED, "backup_retention_period", to=1),
    "open": change("balancer", "aws_lb.this", "internal", to=False),
    "window": change("database", LISTED, "copy_tags_to_snapshot", to=False),
    "hidden_internal": forget("balancer", "aws_lb.this", "internal"),
    "hidden_encryption": forget("database", LISTED, "storage_encrypted"),
}
FORMATS = ("sarif", "junit", "markdown")


@pytest.fixture(scope="module")
def folder(tier1_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of tier 1's root module."""
    copied = tmp_path_factory.mktemp("copied") / "tier1"
    shutil.copytree(tier1_folder, copied, ignore=shutil.ignore_patterns(".terraform", "*.tfplan"))
    return copied


@pytest.fixture(scope="module")
def judged(folder: Path, tier1_json: Document, gated: Callable[..., Gated]) -> Gated:
    """Return what one run of the gate says of all single faults."""
    for name, mutation in FAULTS.items():
        document = copy.deepcopy(tier1_json)
        mutation.apply(Evidence(document, {}))
        (folder / f"{name}.json").write_text(json.dumps(document))
    done = gated(*(folder / f"{name}.json" for name in FAULTS))
    assert (done.ran.code, done.verdict["failures"]) == (1, [])
    return done


def line_of(place: dict[str, Any]) -> str:
    return Path(place["file"]).read_text().splitlines()[place["line"] - 1].strip()


def test_a_finding_names_the_module_s_line_and_the_blueprint_s(judged: Gated, folder: Path) -> None:
    finding = judged.findings(folder / "days.json", "TIER_AWS_064")[DATABASE]
    assert finding["attributes"][0] == "backup_retention_period"
    assert finding["module"]["file"] == "modules/rds/main.tf"
    assert line_of(finding["module"]) == "backup_retention_period   = var.backup_retention_days"
    assert finding["blueprint"]["file"] == "blueprints/tier1.yaml"
    assert line_of(finding["blueprint"]) == "backup_retention_days: 7"
    printed = f"modules/rds/main.tf:{finding['module']['line']}, value from blueprints/tier1.yaml:"
    assert printed in " ".join(judged.ran.out.split())


def test_no_blueprint_is_named_for_what_the_module_itself_says(judged: Gated, folder: Path) -> None:
    finding = judged.findings(folder / "open.json", "TIER_AWS_001")[BALANCER]
    assert finding["messages"] == ["the load balancer faces the internet"]
    assert line_of(finding["module"]).startswith("internal ")
    assert finding["blueprint"] is None
    finding = judged.findings(folder / "window.json", "TIER_AWS_064")[DATABASE]
    assert line_of(finding["module"]).startswith("copy_tags_to_snapshot ")
    assert finding["blueprint"] is None


def test_a_plan_away_from_its_root_module_has_findings_without_places(
    folder: Path, tmp_path: Path, judged: Gated, gated: Callable[..., Gated]
) -> None:
    alone = tmp_path / "alone.json"
    shutil.copy(folder / "days.json", alone)
    done = gated(alone, "--blueprint", "tier1")
    finding = done.findings(alone, "TIER_AWS_064")[DATABASE]
    assert (done.ran.code, finding["module"], finding["blueprint"]) == (1, None, None)
    with_places = judged.findings(folder / "days.json", "TIER_AWS_064")[DATABASE]
    assert finding["messages"] == with_places["messages"]


def test_nothing_else_is_found_than_the_fault(judged: Gated, folder: Path) -> None:
    # A load balancer that faces the internet pays for an address in each zone, which the budget has no room for.
    open_ = {BALANCER, "objectives.monthly_usd"}
    for name, addresses in {"days": {DATABASE}, "open": open_, "window": {DATABASE}}.items():
        assert set(judged.findings(folder / f"{name}.json")) == addresses


def test_an_unknown_value_that_a_policy_accepts_is_counted_and_no_finding(judged: Gated, folder: Path) -> None:
    plan = judged.plan(folder / "hidden_encryption.json")
    unknown = [item for item in plan["unknown"] if item["check"] == "CKV_AWS_16"]
    assert [item["address"] for item in unknown] == [DATABASE]
    assert unknown[0]["unknown_until_apply"] is True
    assert DATABASE not in judged.findings(folder / "hidden_encryption.json", "CKV_AWS_16")
    total = sum(len(item["unknown"]) for item in judged.verdict["plans"])
    assert judged.verdict["counts"]["unknown"] == total
    assert f"UNKNOWN UNTIL THE APPLY: {total:,} values" in judged.ran.out


def test_an_unknown_value_that_a_policy_rejects_is_a_finding(judged: Gated, folder: Path) -> None:
    file = folder / "hidden_internal.json"
    finding = judged.findings(file, "TIER_AWS_001")[BALANCER]
    assert finding["unknown_until_apply"] is True
    assert finding["attributes"] == ["internal"]
    assert finding["messages"] == ["internal is not known before the apply"]
    assert all(item["check"] != "TIER_AWS_001" for item in judged.plan(file)["unknown"])


def test_a_tier_s_own_unknown_values_are_no_findings(planned: Callable[[str], Planned], judged: Gated) -> None:
    assert planned("tier1").ran.code == 0
    assert all(plan["unknown"] for plan in judged.verdict["plans"])


def test_a_value_set_in_a_blueprint_that_extends_another_is_found_there(careless: Careless) -> None:
    assert careless.ran.code == 1
    printed = " ".join(careless.ran.out.split())
    number = 1 + careless.text.splitlines().index("      multi_az: false")
    assert (
        f"modules/rds/main.tf:{_line('modules/rds/main.tf', 'multi_az ')}, value from {careless.blueprint}:{number}"
        in printed
    )
    assert "TIER_AWS_061" in printed


def _line(file: str, start: str) -> int:
    lines = Path(file).read_text().splitlines()
    [number] = [number for number, line in enumerate(lines, 1) if line.strip().startswith(start)]
    return number


MARKER = "marker-4711"


def hide(values: Any, marks: Any, marked: Iterator[int]) -> None:
    """Give every sensitive value of a resource, known or not, a text that is easy to find."""
    items = marks.items() if isinstance(marks, dict) else enumerate(marks) if isinstance(marks, list) else ()
    for key, mark in items:
        if mark is True:
            values[key] = f"{MARKER}-{next(marked)}"
        elif mark and values is not None:
            hide(values[key], mark, marked)


def counted() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def planned_resources(module: Document) -> Iterator[Document]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from planned_resources(child)


def all_texts(file: Path, gated: Callable[..., Gated], folder: Path) -> dict[str, str]:
    """Return the verdict on a plan in all five formats."""
    reports = {name: folder / name for name in FORMATS}
    done = gated(file, *(f"--{name}={path}" for name, path in reports.items()))
    assert done.verdict["failures"] == []
    told = {name: path.read_text() for name, path in reports.items()}
    return {"table": done.ran.out + done.ran.err, "json": json.dumps(done.verdict), **told}


def test_a_sensitive_value_is_in_no_report(
    folder: Path, tier1_json: Document, gated: Callable[..., Gated], tmp_path: Path
) -> None:
    document, marked = copy.deepcopy(tier1_json), counted()
    for item in planned_resources(document["planned_values"]["root_module"]):
        hide(item["values"], item["sensitive_values"], marked)
    for item in document["resource_changes"]:
        hide(item["change"]["after"], item["change"].get("after_sensitive"), marked)
    file = folder / "sensitive.json"
    file.write_text(json.dumps(document))
    assert next(marked) > 20
    texts = all_texts(file, gated, tmp_path)
    assert all("TIER_AWS_065" in text for text in texts.values()), "that there is a password at all is a finding"
    for name, text in texts.items():
        assert MARKER not in text, name


def test_a_value_from_a_sensitive_variable_is_not_quoted(
    folder: Path, tier1_json: Document, gated: Callable[..., Gated], tmp_path: Path
) -> None:
    document = copy.deepcopy(tier1_json)
    secret = {
        DATABASE: ("instance_class", "storage_type", "maintenance_window"),
        "module.cache.aws_elasticache_replication_group.this": ("node_type", "snapshot_window"),
    }
    resources = {item["address"]: item for item in planned_resources(document["planned_values"]["root_module"])}
    changes = {item["address"]: item["change"] for item in document["resource_changes"]}
    for address, names in secret.items():
        for name in names:
            for values in (resources[address]["values"], changes[address]["after"]):
                values[name] = MARKER
            for marks in (resources[address]["sensitive_values"], changes[address]["after_sensitive"]):
                marks[name] = True
    file = folder / "from_variable.json"
    file.write_text(json.dumps(document))
    texts = all_texts(file, gated, tmp_path)
    assert all("TIER_AWS_069" in text for text in texts.values()), "a class that is not allowed is a finding"
    for name, text in texts.items():
        assert MARKER not in text, name
