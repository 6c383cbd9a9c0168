"""The data files: every figure has a source and a status; what is wrong in one is said by file and key."""

from __future__ import annotations

import pytest
import yaml

from generator.diagnostics import UserError
from generator.objectives import limits as limits_module
from generator.objectives import sla as sla_module
from generator.objectives.facts import read
from generator.objectives.limits import limits
from generator.objectives.sla import commitment, commitments

SLAS = {
    "cloudfront": 99.9,
    "route53": 100,
    "alb.multi_az": 99.99,
    "alb.single_az": 99.9,
    "fargate.region": 99.99,
    "fargate.single_task": 99.5,
    "rds.multi_az": 99.95,
    "rds_proxy": 99.99,
    "elasticache.multi_az": 99.99,
    "elasticache.cross_az": 99.9,
    "elasticache.single_az": 99.5,
    "s3.standard": 99.9,
    "nat_gateway": 99.9,
    "private_link": 99.9,
    "secrets_manager": 99.9,
    "kms": 99.999,
    "waf": 99.95,
    "ecr": 99.9,
}


def test_every_commitment():
    assert {key: 100 * item.share for key, item in commitments().items()} == pytest.approx(SLAS)
    assert all(item.origin.source for item in commitments().values())
    assert str(commitment("rds.multi_az")) == "Amazon RDS, Multi-AZ instance: 99.95 %"
    assert str(commitment("secrets_manager").origin).endswith("(check)")
    with pytest.raises(UserError) as error:
        commitment("rds.multiaz")
    assert "rds.multi_az" in error.value.remedy


def test_databases():
    found = limits()
    medium, large = found.databases["db.t3.medium"], found.databases["db.t4g.large"]
    assert (medium.vcpu, medium.memory, medium.sustained, medium.burstable) == (2, 4, 0.4, True)
    assert (large.memory, large.sustained) == (8, 0.6)
    assert found.databases["db.m7g.large"].sustained == 2
    assert not found.databases["db.m7g.large"].burstable
    assert found.connections.nominal(4) == 450
    assert found.connections.planned(4) == 413
    assert found.connections.nominal(64) == found.connections.planned(64) == 5000
    assert found.queries.low < found.queries.high


def test_caches():
    found = limits().caches
    assert found["cache.t3.micro"].usable == 0.375
    assert found["cache.t3.micro"].usable_under_load == 0.25
    assert found["cache.t4g.medium"].usable_under_load == found["cache.t4g.medium"].usable
    measured = {name: item.ops for name, item in found.items() if item.ops}
    assert measured["cache.t4g.small"] == 11498
    assert measured["cache.t3.medium"] == 13868
    assert found["cache.m7g.large"].ops is None


def test_the_load_balancer_and_scaling():
    unit, scaling = limits().load_balancer, limits().scaling
    assert (unit.new_connections, unit.active_connections) == (25, 3000)
    assert (unit.gb_per_hour, unit.rule_evaluations) == (1, 1000)
    assert unit.free_rules == 10
    assert (scaling.points_out, scaling.points_in, scaling.task_start_low, scaling.task_start_high) == (3, 15, 60, 90)


def broken(folder, module, change):
    document = yaml.safe_load(module.FILE.read_text())
    change(document)
    file = folder / module.FILE.name
    file.write_text(yaml.safe_dump(document))
    return file


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda top: top["commitments"]["kms"].update(share=99.999), "commitments.kms.share is 99.999"),
        (lambda top: top["commitments"]["kms"].update(share=True), "commitments.kms.share is True"),
        (lambda top: top["commitments"]["kms"].pop("source"), "commitments.kms.source is no list"),
        (lambda top: top["commitments"]["kms"].update(source=[]), "commitments.kms.source is no list"),
        (lambda top: top["commitments"]["kms"].update(status="sure"), 'commitments.kms.status is "sure"'),
        (lambda top: top["commitments"]["kms"].pop("form"), "commitments.kms.form is no text"),
        (lambda top: top["commitments"].update(kms=1), "commitments.kms is no map"),
        (lambda top: top.pop("commitments"), "commitments is no map"),
    ],
)
def test_a_broken_row_of_slas(tmp_path, change, place):
    with pytest.raises(UserError) as error:
        commitments(broken(tmp_path, sla_module, change))
    assert f"sla.yaml: {place}" in error.value.message


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (
            lambda top: top["database"]["classes"]["db.t3.large"].update(memory=-8),
            "database.classes.db.t3.large.memory",
        ),
        (
            lambda top: top["database"]["classes"]["db.t3.large"].pop("vcpu"),
            "database.classes.db.t3.large.vcpu is None",
        ),
        (lambda top: top["cache"]["reserved"].update(share=25), "cache.reserved.share is 25"),
        (lambda top: top["load_balancer"].pop("source"), "load_balancer.source"),
    ],
)
def test_a_broken_row_of_limits(tmp_path, change, place):
    with pytest.raises(UserError) as error:
        limits(broken(tmp_path, limits_module, change))
    assert f"limits.yaml: {place}" in error.value.message


@pytest.mark.parametrize("text", ["a: [", "- a", ""])
def test_a_file_that_is_no_map(tmp_path, text):
    file = tmp_path / "facts.yaml"
    file.write_text(text)
    with pytest.raises(UserError, match=r"facts\.yaml"):
        read(file)
    with pytest.raises(UserError, match="cannot be read"):
        read(tmp_path / "missing.yaml")
