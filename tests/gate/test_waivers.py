"""Waivers: each accepts what it names, for as long as it says, with a reason; and no more than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from generator.blueprint.load import load_blueprint
from generator.gate.judge import matches
from tests.conftest import PROJECT, Planned, Ran
from tests.gate.conftest import Gated

BLUEPRINTS = PROJECT / "blueprints"
LOG_GROUPS = "CKV_AWS_338"


@pytest.fixture(scope="module")
def tiers(planned: Callable[[str], Planned], gated: Callable[..., Gated]) -> Gated:
    """Return what one run of the gate says of both tiers."""
    return gated(planned("tier1").folder / "plan.json", planned("tier2").folder / "plan.json")


def test_both_tiers_pass_with_what_their_blueprints_accept(tiers: Gated) -> None:
    assert (tiers.ran.code, tiers.ran.err) == (0, "")
    assert tiers.verdict["counts"]["findings"] == 0
    assert [(plan["tier"], plan["result"]) for plan in tiers.verdict["plans"]] == [
        ("tier1", "passed"),
        ("tier2", "passed"),
    ]


def test_every_waiver_is_listed_with_its_reason_and_place(tiers: Gated) -> None:
    printed = " ".join(tiers.ran.out.split())
    named = {
        (waiver.name, waiver.check, waiver.reason, waiver.owner, waiver.expires, waiver.mark.line)
        for tier in ("tier1", "tier2")
        for waiver in load_blueprint(BLUEPRINTS / f"{tier}.yaml", BLUEPRINTS).all_waivers()
        if waiver.when != "deployed"  # nothing is, in a first plan
    }
    assert named
    for name, check, reason, owner, expires, line in named:
        assert reason in printed
        assert f"{name} {check} " in printed
        assert f" until {expires} owner {owner} blueprints/" in printed
        assert f".yaml:{line}" in printed
        assert date.fromisoformat(expires) > date.today(), f"{name} is to be renewed"
    listed = {(item["name"], item["check"], item["reason"]) for item in tiers.verdict["waivers"]}
    assert listed == {item[:3] for item in named}
    assert all(item["accepts"] > 0 for item in tiers.verdict["waivers"])


def test_a_waiver_accepts_findings_of_its_own_check_and_address_only(tiers: Gated) -> None:
    terms = {(item["name"], item["check"]): item["address"] for item in tiers.verdict["waivers"]}
    for plan in tiers.verdict["plans"]:
        for item in plan["accepted"]:
            assert (item["waiver"], item["check"]) in terms
        accepted = Counter((item["check"], item["address"]) for item in plan["accepted"])
        assert max(accepted.values()) == 1


# What a blueprint's waivers can be wrong in; line numbers are looked up by the waivers' names.
FAULTY = """\
extends: tier1
components:
  network:
    waivers:
      only_here:
        check: CKV_AWS_338
        address: aws_cloudwatch_log_group.*
        reason: It holds within this component and nowhere else.
        when: created
        owner: tests
        expires: "2999-12-31"
      too_late:
        check: CKV_AWS_130
        address: aws_subnet.*
        reason: It was in force once.
        owner: tests
        expires: "2020-01-31"
      nat_monitoring:
        check: CKV_AWS_126
        address: aws_instance.nat*
        reason: It takes the place of the one in tier 1, but it is over.
        owner: networkers
        expires: "2020-02-29"
      shared_name:
        check: CKV_AWS_338
        address: aws_cloudwatch_log_group.*
        reason: What the one above accepts is accepted.
        owner: tests
        expires: "2999-12-31"
  edge:
    waivers:
      no_firewall: null
waivers:
  log_retention: null
  secret_rotation:
    when: deployed
  not_there_yet:
    check: CKV_AWS_999
    address: module.network.aws_vpc.*
    reason: Nobody can say before it is there.
    when: deployed
    owner: tests
    expires: "2999-12-31"
  nothing_there:
    check: CKV2_AWS_57
    address: module.nowhere.*
    reason: Nothing is at this address.
    owner: tests
    expires: "2999-12-31"
  other_check:
    check: CKV_AWS_999
    address: module.secrets.aws_secretsmanager_secret.this["third-party"]
    reason: The address is right, the check is another.
    owner: tests
    expires: "2999-12-31"
  a_question_mark:
    check: CKV2_AWS_57
    address: module.secrets.aws_secretsmanager_secret.this["third?party"]
    reason: Only a star stands for anything.
    owner: tests
    expires: "2999-12-31"
"""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory, tier1_folder: Path, gated: Callable[..., Gated]) -> Gated:
    """Return what the gate says of tier 1's plan with the waivers of the blueprint above."""
    blueprint = tmp_path_factory.mktemp("faulty") / "faulty.yaml"
    blueprint.write_text(FAULTY)
    done = gated(tier1_folder / "plan.json", "--blueprint", str(blueprint))
    assert done.ran.code == 1, done.ran.err
    assert done.verdict["failures"] == []
    return done


def faults(done: Gated) -> dict[str, str]:
    return {item["waiver"]: item["message"] for item in done.verdict["plans"][0]["waiver_faults"]}


@pytest.mark.parametrize(
    ("waiver", "message"),
    [
        ("too_late", "expired on 2020-01-31: mend what it accepts, or have tests renew it"),
        ("nat_monitoring", "expired on 2020-02-29: mend what it accepts, or have networkers renew it"),
        ("nothing_there", "matches no finding of CKV2_AWS_57: take it out, or mend its address module.nowhere.*"),
        ("other_check", "matches no finding of CKV_AWS_999: take it out, or mend its address module.secrets."),
        ("a_question_mark", "matches no finding of CKV2_AWS_57: take it out, or mend its address module.secrets."),
        ("shared_name", "matches no finding of CKV_AWS_338"),
    ],
)
def test_a_waiver_that_accepts_nothing_is_a_finding_at_its_line(waiver: str, message: str, faulty: Gated) -> None:
    assert faults(faulty)[waiver].startswith(message)
    line = 1 + next(number for number, text in enumerate(FAULTY.splitlines()) if text.strip() == f"{waiver}:")
    printed = " ".join(faulty.ran.out.split())
    assert f"where waiver {waiver} " in printed
    assert f"faulty.yaml:{line}" in printed


def test_no_other_waiver_is_at_fault(faulty: Gated) -> None:
    assert set(faults(faulty)) == {
        "too_late", "nat_monitoring", "nothing_there", "other_check", "a_question_mark", "shared_name",
    }  # fmt: skip


def test_what_an_expired_waiver_accepted_is_a_finding_again(faulty: Gated) -> None:
    assert list(faulty.findings(_plan(faulty), "CKV_AWS_126")) == ["module.network.aws_instance.nat[0]"]


def test_null_takes_an_inherited_waiver_away(faulty: Gated) -> None:
    assert list(faulty.findings(_plan(faulty), "CKV_AWS_68")) == ["module.edge.aws_cloudfront_distribution.this"]
    listed = {item["name"] for item in faulty.verdict["waivers"]}
    assert not {"no_firewall", "log_retention"} & listed
    assert {"nat_session_writes", "everywhere"} <= listed


def test_a_waiver_for_what_is_deployed_accepts_nothing_that_is_created(faulty: Gated) -> None:
    [plan] = faulty.verdict["plans"]
    assert len(faulty.findings(_plan(faulty), "CKV2_AWS_57")) > 1
    assert not {"secret_rotation", "not_there_yet"} & {item["waiver"] for item in plan["accepted"]}


def test_a_waiver_in_a_component_holds_only_within_it(faulty: Gated) -> None:
    [plan] = faulty.verdict["plans"]
    accepted = {item["address"]: item["waiver"] for item in plan["accepted"] if item["check"] == LOG_GROUPS}
    assert set(accepted.values()) == {"only_here"}
    assert {address.split(".")[1] for address in accepted} == {"network"}
    found = {address.split(".")[1] for address in faulty.findings(_plan(faulty), LOG_GROUPS)}
    assert len(found) > 1
    assert "network" not in found


def _plan(done: Gated) -> Path:
    return Path(done.verdict["plans"][0]["name"])


def test_one_waiver_does_not_vouch_for_another_of_the_same_name(
    tmp_path: Path, tier1_folder: Path, gated: Callable[..., Gated]
) -> None:
    terms = "reason: r, owner: o, expires: '2999-12-31'"
    blueprint = tmp_path / "twins.yaml"
    blueprint.write_text(
        "extends: tier1\ncomponents:\n  network:\n    waivers:\n      nat_address: null\n"
        f"      twin: {{check: CKV_AWS_999, address: 'aws_eip.nat_instance*', {terms}}}\n"
        f"waivers:\n  twin: {{check: CKV2_AWS_19, address: 'module.network.aws_eip.nat_instance*', {terms}}}\n"
    )
    done = gated(tier1_folder / "plan.json", "--blueprint", str(blueprint))
    [fault] = done.verdict["plans"][0]["waiver_faults"]
    assert fault["message"].startswith("matches no finding of CKV_AWS_999")


GOOD = {
    "check": "CKV_AWS_338",
    "address": "aws_lb.*",
    "reason": "It is known.",
    "owner": "tests",
    "expires": "'2999-12-31'",
}
BAD = {
    "no_reason": ({"reason": None}, 'waiver "no_reason" has no reason', "write for example `reason: a sentence"),
    "blank_reason": ({"reason": "'  '"}, 'waiver "blank_reason" has no reason', "write for example `reason: a sent"),
    "no_owner": ({"owner": None}, 'waiver "no_owner" has no owner', "write for example `owner: the team"),
    "no_address": ({"address": None}, 'waiver "no_address" has no address', "write for example `address: aws_"),
    "no_expiry": ({"expires": None}, 'waiver "no_expiry" has no expires', "write for example `expires: 2027-"),
    "bad_day": ({"expires": "'2027-02-30'"}, '"2027-02-30" is no day', "write expires: 2027-11-30"),
    "never": ({"expires": "never"}, '"never" is no day', "write expires: 2027-11-30"),
    "bad_check": ({"check": "log groups"}, '"log groups" is no id of a check', "write check: CKV_AWS_338"),
    "bad_when": ({"when": "later"}, "`when` is created or deployed", "leave it out for a finding that is always"),
    "bad_key": ({"expire": "'2999-12-31'"}, 'a waiver has no key "expire"', 'did you mean "expires"?'),
}  # fmt: skip


@pytest.fixture(scope="module")
def refused(
    tmp_path_factory: pytest.TempPathFactory, tier1_folder: Path, gated: Callable[..., Gated]
) -> tuple[str, Ran]:
    """Return a blueprint whose waivers are all badly written, and how the gate ended."""
    blueprint = tmp_path_factory.mktemp("bad") / "bad.yaml"
    lines = ["extends: tier1", "waivers:"]
    for name, (changes, _, _) in BAD.items():
        lines.append(f"  {name}:")
        lines += [f"    {key}: {value}" for key, value in (GOOD | changes).items() if value is not None]
    blueprint.write_text("\n".join([*lines, "  a_text: it is known", ""]))
    return str(blueprint), gated(tier1_folder / "plan.json", "--blueprint", str(blueprint)).ran


@pytest.mark.parametrize("name", BAD)
def test_a_waiver_that_says_too_little_is_an_error_in_the_blueprint(name: str, refused: tuple[str, Ran]) -> None:
    blueprint, ran = refused
    changes, message, remedy = BAD[name]
    assert (ran.code, ran.out) == (2, "")
    [error] = [part for part in ran.err.split("\n\n") if message in part]
    line, column = (int(part) for part in error.removeprefix(f"{blueprint}:").split(":")[:2])
    text = Path(blueprint).read_text().splitlines()
    [key] = changes
    assert text[line - 1][column - 1 :].startswith((f"{name}:", f"{key}:", str(changes[key])))
    own = text.index(f"  {name}:") + 1
    assert own <= line <= own + len(GOOD) + 1
    assert f"  remedy: {remedy}" in error


def test_a_waiver_is_a_map(refused: tuple[str, Ran]) -> None:
    assert 'error: waiver "a_text" is a map, not a string' in refused[1].err
    assert f"{len(BAD) + 1} errors; nothing was written." in refused[1].err


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("aws_lb.a", "aws_lb.a"),
        ("module.*.aws_lb.*", "module.web.aws_lb.this[0]"),
        ('aws_s3_bucket.this["logs"]', 'aws_s3_bucket.this["logs"]'),
        ('aws_s3_bucket.this["*"]', 'aws_s3_bucket.this["a.b[0]?"]'),
        ("aws_lb.a[0]", "aws_lb.a[0]"),
        ('a.b["who?"]', 'a.b["who?"]'),
        ('a.b["[!x]"]', 'a.b["[!x]"]'),
        ("*", "anything"),
    ],
)
def test_a_pattern_matches_an_address(pattern: str, address: str) -> None:
    assert matches(pattern, address)


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("aws_lb.a", "aws_lb.ab"),
        ("aws_lb.a", "module.x.aws_lb.a"),
        ("aws_lb.?", "aws_lb.a"),
        ("aws_lb.a[01]", "aws_lb.a0"),
        ("aws_lb.[ab]", "aws_lb.a"),
        ('a.b["[!x]"]', 'a.b["y"]'),
        ("AWS_LB.a", "aws_lb.a"),
        ("aws_lb.a*", "aws_lb_listener.a"),
        ('aws_s3_bucket.this["logs"]', 'aws_s3_bucket.this["log"]'),
    ],
)
def test_a_pattern_matches_no_other_address(pattern: str, address: str) -> None:
    assert not matches(pattern, address)
