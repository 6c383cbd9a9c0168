"""The gate's verdict in all formats: the same facts, nothing injected, never a pass of what cannot be judged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from junitparser import JUnitXml, TestCase

from generator.gate.model import Accepted, Check, Exit, Finding, Place, PlanVerdict, Verdict, Waiver
from generator.report.gate import as_json, headline, junit, markdown, plain, sarif, table

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
TestCase.__test__ = False  # it is no test of ours

ENCRYPTED = Check(
    "TIER_AWS_010",
    "The database is encrypted",
    "critical",
    "Whoever gets at a snapshot can read it.",
    "set `storage_encrypted = true`",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html",
)
LOGS = Check(
    "CKV_AWS_158", "Ensure that CloudWatch Log Group is encrypted by KMS", "medium", "Logs tell much.", "set a key"
)
TAGS = Check("TIER_AWS_020", "Everything is tagged", "low", "Nobody knows whose it is.", "set `tags`")
QUIET = Check("TIER_AWS_030", "The load balancer is internal", "high")
WAIVER = Waiver(
    "engine-log",
    "CKV_AWS_158",
    "module.cache.*",
    "Holds no data.",
    "platform",
    "2031-01-31",
    Place("blueprints/base.yaml", 80),
)
DATABASE = Finding(
    ENCRYPTED,
    "module.database.aws_db_instance.this",
    ("the storage is not encrypted",),
    ("storage_encrypted",),
    Place("modules/rds/main.tf", 12),
    Place("blueprints/tier1.yaml", 40),
)
LOG = Finding(
    LOGS,
    'module.cache.aws_cloudwatch_log_group.this["engine-log"]',
    ("no key",),
    ("kms_key_id",),
    Place("modules/cache/main.tf", 7),
)
TAG = Finding(TAGS, "aws_vpc.this", ("the tags are not known",), ("tags",), unknown=True)
HOSTILE = (
    "x\x1b[2J\x1b]0;owned\x07 \u202e</failure><script>alert(1)</script>]]>&amp; [click](https://evil.example) `code` ``` | a | b \\| c\n"
    "# heading\n| row | @everyone fixes #1 {0} www.evil.example \ud800\x00 <!-- --> </details> **bold** ![i](http://evil.example/i)"
)
JUDGED = tuple(check.id for check in (ENCRYPTED, LOGS, TAGS, QUIET))
FORMATS: dict[str, Callable[[Verdict], str]] = {
    "table": table.render,
    "json": as_json.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "markdown": markdown.render,
}


def plan_of(name: str = "build/tier1/plan.json", tier: str = "tier1", **parts: Any) -> PlanVerdict:
    return PlanVerdict(name, tier, "ab" * 32, 218, JUDGED, **parts)


def verdict_of(*plans: PlanVerdict, failures: tuple[str, ...] = ()) -> Verdict:
    return Verdict(plans, (ENCRYPTED, LOGS, TAGS, QUIET), "3.3.30", 4.25, failures)


PASSED = verdict_of(
    plan_of(accepted=(Accepted(LOG, WAIVER),), unknown=(TAG,)), plan_of("build/tier2/plan.json", "tier2")
)
FAILED = verdict_of(
    plan_of(findings=(TAG, DATABASE), accepted=(Accepted(LOG, WAIVER),)), plan_of("build/tier2/plan.json", "tier2")
)
STALE = verdict_of(plan_of(waiver_faults=((replace(WAIVER, expires="2020-01-31"), "it expired"),)))
UNJUDGED = verdict_of(
    plan_of(findings=(DATABASE,)), plan_of("broken.json", "", failures=("it is no plan of Terraform's",))
)
BROKEN = verdict_of(plan_of(), failures=("the policy TIER_AWS_099 does not load",))
EMPTY = verdict_of()
ALL = {"passed": PASSED, "failed": FAILED, "stale": STALE, "unjudged": UNJUDGED, "broken": BROKEN, "empty": EMPTY}


def many(
    count: int, names: tuple[str, ...] = ("critical", "high", "medium", "low"), text: str = "much is wrong"
) -> Verdict:
    """Return a verdict of `count` findings of 40 checks."""
    checks = [replace(LOGS, id=f"CKV_AWS_{number}", severity=names[number % len(names)]) for number in range(40)]
    findings = [
        Finding(
            checks[number % 40],
            f"module.network.aws_subnet.private[{number}]",
            (f"{text} {number}",),
            (),
            Place("modules/vpc/main.tf", number),
        )
        for number in range(count)
    ]
    return Verdict((plan_of(findings=tuple(findings)),), tuple(checks), "3.3.30")


def hostile() -> Verdict:
    """Return a verdict in which every text is hostile."""
    place = Place(HOSTILE, 3)
    check = Check(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, f"https://example.com/{HOSTILE}")
    finding = Finding(check, HOSTILE, (HOSTILE, HOSTILE), (HOSTILE,), place, place)
    waiver = Waiver(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, place)
    plan = PlanVerdict(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        1,
        (HOSTILE,),
        (finding,),
        (Accepted(finding, waiver),),
        (finding,),
        ((waiver, HOSTILE),),
        (HOSTILE,),
    )
    return Verdict((plan,), (check,), HOSTILE, 0.0, (HOSTILE,))


def shown(verdict: Verdict, width: int = 100) -> str:
    """Return the table without its styles."""
    return click.unstyle(table.render(verdict, width))


def run_of(verdict: Verdict) -> dict[str, Any]:
    """Return the run of a SARIF log that holds to the published schema."""
    log = json.loads(sarif.render(verdict))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    [run] = log["runs"]
    return run


def suites_of(verdict: Verdict) -> JUnitXml:
    """Return the JUnit report as a parser of JUnit reads it."""
    return JUnitXml.fromstring(junit.render(verdict).encode())


def cases_of(verdict: Verdict) -> list[TestCase]:
    return [case for suite in suites_of(verdict) for case in suite]


def tags_of(case: TestCase) -> list[str]:
    return [result._tag for result in case.result]


@pytest.mark.parametrize(
    ("name", "code"), [("passed", 0), ("failed", 1), ("stale", 1), ("unjudged", 2), ("broken", 2), ("empty", 2)]
)
def test_every_format_says_how_the_gate_ended(name: str, code: int) -> None:
    verdict = ALL[name]
    word = {0: "passed", 1: "failed", 2: "CANNOT JUDGE"}[code]
    assert verdict.exit == code
    assert f": {word}" in shown(verdict).splitlines()[-1]
    assert json.loads(as_json.render(verdict))["exit_code"] == code
    assert run_of(verdict)["invocations"][0]["exitCode"] == code
    suites = suites_of(verdict)
    assert (2 if suites.errors else 1 if suites.failures else 0) == code
    assert markdown.render(verdict).startswith(f"## tierform gate: {word}\n")


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_the_same_each_time_and_in_any_order_of_findings(name: str) -> None:
    [first, second] = FAILED.plans
    turned = replace(FAILED, plans=(replace(first, findings=first.findings[::-1]), second))
    assert FORMATS[name](FAILED) == FORMATS[name](FAILED) == FORMATS[name](turned)


def test_the_headline() -> None:
    scope = "2 plans, 436 resources, 3 policies and 1 built-in check: "
    assert headline(PASSED) == f"{scope}passed, 1 finding accepted by 1 waiver, 1 value unknown until the apply"
    assert headline(FAILED) == f"{scope}failed, 2 findings (1 critical, 1 low), 1 finding accepted by 1 waiver"
    assert headline(EMPTY) == "0 plans, 0 resources, 3 policies and 1 built-in check: CANNOT JUDGE, 1 failure"


def test_the_table_says_what_where_why_and_what_to_do() -> None:
    assert shown(FAILED) == (
        "CRITICAL: 1 finding\n"
        "  build/tier1/plan.json\n"
        "  TIER_AWS_010  The database is encrypted\n"
        "    what    the storage is not encrypted (storage_encrypted)\n"
        "    where   module.database.aws_db_instance.this\n"
        "              modules/rds/main.tf:12, value from blueprints/tier1.yaml:40\n"
        "    why     Whoever gets at a snapshot can read it.\n"
        "    remedy  set `storage_encrypted = true`\n"
        "    source  https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html\n"
        "\n"
        "LOW: 1 finding\n"
        "  build/tier1/plan.json\n"
        "  TIER_AWS_020  Everything is tagged\n"
        "    what    the tags are not known (tags); only the apply will know the value\n"
        "    where   aws_vpc.this\n"
        "    why     Nobody knows whose it is.\n"
        "    remedy  set `tags`\n"
        "\n"
        "ACCEPTED: 1 finding by 1 waiver\n"
        "  engine-log  CKV_AWS_158  1 finding  until 2031-01-31  owner platform  blueprints/base.yaml:80\n"
        "    Holds no data.\n"
        "\n"
        "2 plans, 436 resources, 3 policies and 1 built-in check: failed, 2 findings (1 critical, 1 low),"
        " 1 finding accepted by 1 waiver"
    )


def test_the_table_counts_what_is_unknown_until_the_apply() -> None:
    assert "UNKNOWN UNTIL THE APPLY: 1 value\n  TIER_AWS_020     1  Everything is tagged\n" in shown(PASSED)
    assert "aws_vpc.this" not in shown(PASSED)


def test_the_table_says_once_what_many_resources_share() -> None:
    logs = tuple(replace(LOG, address=f"aws_cloudwatch_log_group.this[{number}]") for number in range(12))
    text = shown(verdict_of(plan_of(findings=logs)))
    assert text.count("no key") == text.count("modules/cache/main.tf:7") == text.count("Logs tell much.") == 1
    assert all(log.address in text for log in logs)
    assert "MEDIUM: 12 findings" in text


def test_the_table_is_wrapped_but_no_address_is_cut() -> None:
    long = replace(DATABASE, address=f"module.{'x' * 200}.this", messages=("much is wrong " * 30,))
    lines = shown(verdict_of(plan_of(findings=(long,))), width=80).splitlines()
    assert [line for line in lines[:-1] if len(line) > 80 and long.address not in line and "://" not in line] == []
    assert any(line.endswith(long.address) for line in lines)


def test_the_table_is_styled_and_click_takes_the_styles_away(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b[" in table.render(FAILED)
    click.secho(table.render(FAILED), bold=None)
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["unjudged", "broken", "empty"])
def test_failures_come_first_and_are_no_pass(name: str) -> None:
    verdict = ALL[name]
    reason = {"unjudged": "it is no plan", "broken": "TIER_AWS_099 does not load", "empty": "there is no plan"}[name]
    lines = shown(verdict).splitlines()
    assert lines[0].startswith("CANNOT JUDGE")
    assert reason in lines[1]
    comment = markdown.render(verdict)
    assert comment.index("### Cannot judge") < comment.index(reason.split("_", maxsplit=1)[0])
    assert "### Critical" not in comment[: comment.index("### Cannot judge")]
    document = json.loads(as_json.render(verdict))
    assert reason in document["failures"][0]["message"]
    invocation = run_of(verdict)["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert {note["level"] for note in invocation["toolExecutionNotifications"]} == {"error"}
    assert reason in invocation["toolExecutionNotifications"][0]["message"]["text"]
    errors = [case for case in cases_of(verdict) if tags_of(case) == ["error"]]
    assert any(reason in case.result[0].message for case in errors)


def test_no_plan_has_passed_where_the_gate_cannot_judge() -> None:
    for name in ("table", "json", "markdown", "sarif"):
        assert "passed" not in FORMATS[name](BROKEN)


def test_junit_passes_nothing_where_the_gate_cannot_judge() -> None:
    assert [case for case in cases_of(BROKEN) if not case.result] == []
    broken = next(suite for suite in suites_of(UNJUDGED) if suite.name == "broken.json")
    assert tags_of(next(iter(broken))) == ["error"]
    assert [case for case in broken if not case.result] == []


def test_junit_has_a_suite_for_each_plan() -> None:
    suites = suites_of(FAILED)
    assert [suite.name for suite in suites] == ["build/tier1/plan.json", "build/tier2/plan.json"]
    assert (suites.tests, suites.failures, suites.errors, suites.skipped) == (8, 2, 0, 1)
    first, second = suites
    outcomes = [(case.classname, tags_of(case)) for case in first]
    assert outcomes == [
        ("TIER_AWS_010", ["failure"]),
        ("TIER_AWS_020", ["failure"]),
        ("CKV_AWS_158", ["skipped"]),
        ("TIER_AWS_030", []),
    ]
    assert [tags_of(case) for case in second] == [[], [], [], []]
    failure = next(iter(first)).result[0]
    assert (failure.type, failure.message) == ("critical", "the storage is not encrypted (storage_encrypted)")
    assert "from: modules/rds/main.tf:12, value from blueprints/tier1.yaml:40\n" in failure.text
    assert "remedy: set `storage_encrypted = true`\n" in failure.text
    accepted = [case.result[0].message for case in first if tags_of(case) == ["skipped"]]
    assert accepted == [
        "accepted by the waiver engine-log; reason: Holds no data.; owner: platform; expires: 2031-01-31"
    ]


def test_junit_counts_agree_with_its_cases() -> None:
    for verdict in (*ALL.values(), hostile(), many(50)):
        suites = suites_of(verdict)
        written = suites.tests, suites.failures, suites.errors, suites.skipped
        suites.update_statistics()
        assert written == (suites.tests, suites.failures, suites.errors, suites.skipped)


@pytest.mark.parametrize("name", ALL)
def test_sarif_holds_to_the_published_schema(name: str) -> None:
    assert run_of(ALL[name])["tool"]["driver"]["name"] == "tierform"


def test_sarif_of_a_plan_given_twice_holds_to_the_schema() -> None:
    assert len(run_of(verdict_of(plan_of(), plan_of()))["artifacts"]) == 1


def test_sarif_points_to_the_blueprint_and_then_to_the_module() -> None:
    run = run_of(FAILED)
    [critical, low, accepted] = run["results"]
    [place] = critical["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "blueprints/tier1.yaml", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 40},
    }  # fmt: skip
    [related] = critical["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "modules/rds/main.tf"
    assert related["physicalLocation"]["region"] == {"startLine": 12}
    assert critical["message"]["text"].endswith("The argument is set in [modules/rds/main.tf:12](1).")
    assert [critical["level"], low["level"], accepted["level"]] == ["error", "note", "warning"]
    assert low["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "build/tier1/plan.json"
    assert accepted["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "modules/cache/main.tf"
    assert "suppressions" not in critical
    [suppression] = accepted["suppressions"]
    assert suppression["kind"] == "external"
    assert (
        suppression["justification"]
        == "waiver engine-log; reason: Holds no data.; owner: platform; expires: 2031-01-31"
    )


def test_sarif_rules_say_what_to_do() -> None:
    run = run_of(FAILED)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    rule = next(rule for rule in rules if rule["id"] == "TIER_AWS_010")
    assert rule["helpUri"] == ENCRYPTED.source
    assert rule["properties"]["security-severity"] == "9.5"
    assert "Remedy: set `storage_encrypted = true`" in rule["help"]["text"]
    assert "**Why:** Whoever gets at a snapshot can read it." in rule["help"]["markdown"]
    assert [rule["properties"]["security-severity"] for rule in rules] == ["5.5", "9.5", "2.0", "8.0"]


def test_sarif_fingerprints_stay_when_lines_move_and_tell_findings_apart() -> None:
    def prints(finding: Finding, name: str = "build/tier1/plan.json") -> Any:
        [result] = run_of(verdict_of(plan_of(name, findings=(finding,))))["results"]
        return json.dumps(result["partialFingerprints"])

    moved = replace(DATABASE, module=Place("modules/rds/main.tf", 99), blueprint=Place("blueprints/tier1.yaml", 1))
    others = [
        prints(replace(DATABASE, address="aws_db_instance.b")),
        prints(replace(DATABASE, check=LOGS)),
        prints(DATABASE, "b.json"),
    ]
    assert prints(moved) == prints(DATABASE)
    assert len({prints(DATABASE), *others}) == 4


@pytest.mark.parametrize(
    ("file", "uri"),
    [("a b/ü:#?.tf", "a%20b/%C3%BC%3A%23%3F.tf"), ("/srv/main.tf", "file:///srv/main.tf"), ("\ud800.tf", "%3F.tf")],
)
def test_sarif_writes_files_as_uris(file: str, uri: str) -> None:
    [result] = run_of(verdict_of(plan_of(findings=(replace(LOG, module=Place(file)),))))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri
    assert ("uriBaseId" in place["artifactLocation"]) is not uri.startswith("file:")
    assert place["region"] == {"startLine": 1}


def test_a_waiver_at_fault_blocks_and_is_shown_with_its_reason_at_the_line_of_the_blueprint() -> None:
    text = shown(STALE, 200)
    assert "HIGH: 1 finding" in text
    assert (
        "what    it expired; it accepts CKV_AWS_158 at module.cache.*; reason: Holds no data.; owner: platform; expires: 2020-01-31"
        in text
    )
    assert "blueprints/base.yaml:80" in text
    [result] = run_of(STALE)["results"]
    assert (result["ruleId"], result["level"]) == ("TIERFORM_WAIVER", "error")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 80}
    assert suites_of(STALE).failures == 1
    assert "it expired" in markdown.render(STALE)
    document = json.loads(as_json.render(STALE))
    assert document["plans"][0]["waiver_faults"] == [{"waiver": "engine-log", "message": "it expired"}]
    assert document["waivers"][0]["accepts"] == 0


def test_the_json_document() -> None:
    document = json.loads(as_json.render(FAILED))
    assert list(document) == [
        "schema_version", "result", "exit_code", "summary", "failures", "counts", "plans", "waivers", "checks", "tool", "seconds",
    ]  # fmt: skip
    assert document["schema_version"] == 1
    assert document["counts"] == {
        "plans": 2, "resources": 436, "policies": 3, "built_in_checks": 1, "findings": 2,
        "by_severity": {"critical": 1, "high": 0, "medium": 0, "low": 1}, "accepted": 1, "unknown": 0,
    }  # fmt: skip
    [finding, _] = document["plans"][0]["findings"]
    assert finding == {
        "check": "TIER_AWS_010",
        "severity": "critical",
        "title": "The database is encrypted",
        "address": "module.database.aws_db_instance.this",
        "messages": ["the storage is not encrypted"],
        "attributes": ["storage_encrypted"],
        "module": {"file": "modules/rds/main.tf", "line": 12},
        "blueprint": {"file": "blueprints/tier1.yaml", "line": 40},
        "unknown_until_apply": False,
    }
    assert document["plans"][0]["accepted"][0]["waiver"] == document["waivers"][0]["name"] == "engine-log"
    assert {check["id"] for check in document["checks"]} == {
        "TIER_AWS_010",
        "CKV_AWS_158",
        "TIER_AWS_020",
        "TIER_AWS_030",
    }
    assert json.loads(as_json.render(PASSED))["plans"][0]["unknown"][0]["address"] == "aws_vpc.this"


def test_the_json_documents_keys_are_documented() -> None:
    document = json.loads(as_json.render(PASSED))
    keys = {
        *document,
        *document["plans"][0],
        *document["plans"][0]["accepted"][0],
        *document["waivers"][0],
        *document["counts"],
    }
    keys |= {*document["checks"][0], *document["tool"]}
    assert {key for key in keys if f"`{key}`" not in (as_json.__doc__ or "")} == set()


def test_the_markdown_comment() -> None:
    comment = markdown.render(FAILED)
    assert (
        "<details open>\n<summary><b>TIER_AWS_010</b> The database is encrypted · build/tier1/plan.json · 1 finding</summary>\n\n"
        in comment
    )
    assert (
        "- `the storage is not encrypted (storage_encrypted)`\n  - `module.database.aws_db_instance.this` at `modules/rds/main.tf:12`, value from `blueprints/tier1.yaml:40`\n"
        in comment
    )
    assert (
        "- **Remedy:** set `storage_encrypted = true`\n- **Source:** <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html>\n"
        in comment
    )
    assert (
        "| engine-log | <code>CKV\\_AWS\\_158</code> | 1 | Holds no data. | platform | 2031-01-31 | <code>blueprints/base.yaml:80</code> |"
        in comment
    )
    assert comment.index("### Critical (1)") < comment.index("### Low (1)") < comment.index("### Accepted findings")
    assert "Left out" not in comment


def test_a_thousand_findings_fit_into_a_comment_that_says_what_it_leaves_out() -> None:
    verdict = many(1000)
    comment = markdown.render(verdict)
    assert 50_000 < len(comment) < 65_536
    missing = re.search(r"\*\*Left out for length:\*\* the details of (\d+) of 1,000 findings \((.*?)\)\.", comment)
    assert missing
    assert int(missing[1]) == 1000 - len(set(re.findall(r"private\[\d+\]`", comment)))
    assert "critical" not in missing[2]
    assert "low" in missing[2]
    assert comment.count("<details") == comment.count("</details>") == 40
    assert sum(map(int, re.findall(r"- \*(\d+) findings? left out here\*", comment))) == int(missing[1])


@pytest.mark.parametrize("text", ["x" * 7_000, "\x1b" * 7_000, "@" * 7_000, "`" * 7_000])
@pytest.mark.parametrize("names", [("critical",), ("low",)])
def test_no_comment_is_too_long(names: tuple[str, ...], text: str) -> None:
    verdict = many(200, names, text)
    waivers = tuple(Accepted(LOG, replace(WAIVER, name=f"{text}{number}", reason=text)) for number in range(50))
    for failures in ((), (text,) * 200):
        plan = replace(verdict.plans[0], name=text, tier=text, accepted=waivers)
        comment = markdown.render(replace(verdict, plans=(plan, plan), failures=failures))
        assert len(comment) < 65_536
        assert "400 findings" in comment
        assert "of 50 waivers" in comment
        assert ("### Cannot judge" in comment) is bool(failures)


def test_failures_and_critical_findings_are_the_last_to_be_cut() -> None:
    verdict = replace(many(400, ("critical", "low")), failures=("a policy does not load",) * 3)
    comment = markdown.render(replace(verdict, plans=(replace(verdict.plans[0], accepted=(Accepted(LOG, WAIVER),)),)))
    assert comment.count("- a policy does not load") == 3
    assert "Holds no data." in comment
    alone = markdown.render(replace(many(1), failures=("a policy does not load " * 20,) * 500))
    assert re.search(r"\*\*Left out for length:\*\* .*\d+ of 500 failures", alone)


def test_hostile_text_cannot_steer_a_terminal() -> None:
    for text in (shown(hostile()), *(render(hostile()) for name, render in FORMATS.items() if name != "table")):
        assert text.replace("\n", "").isprintable()
    assert "\\x1b[2J" in shown(hostile())
    assert re.sub(r"\x1b\[\d+m", "", table.render(hostile())).replace("\n", "").isprintable()


def test_hostile_text_stays_text_in_xml() -> None:
    suites = suites_of(hostile())
    assert (suites.errors, suites.failures) == (2, 2)
    assert {element.tag for element in suites._elem.iter()} == {
        "testsuites", "testsuite", "properties", "property", "testcase", "error", "failure", "skipped",
    }  # fmt: skip


def test_hostile_text_is_no_markup_in_markdown() -> None:
    comment = markdown.render(hostile())
    assert [line for line in comment.splitlines() if line.startswith(("# ", "| row"))] == []
    unspanned = re.sub(r"(`{4,}) .*? \1", "", comment)
    assert unspanned.count("<details") == unspanned.count("</details>") == 2
    assert re.findall(r"<(?!/?(?:details|details open|summary|b|code)>|https://example.com/[^<> ]+>)", unspanned) == []
    assert re.findall(r"@(?!&#8203;)|(?<!&)#(?=\d)(?!#&#8203;)", re.sub(r"<https:[^>]*>", "", unspanned)) == []
    markup = re.sub(r"<summary>.*|<https:[^>]*>|\\.", "", unspanned)
    assert [sign for sign in ("](", "`", "://", "www.", "**bold") if sign in markup] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# no heading", "\\# no heading"),
        ("- no item", "\\- no item"),
        ("12. no item", "12\\. no item"),
        ("2031-01-31", "2031-01-31"),
        ("    no code", "no code"),
        ("a_b *c* <d> &amp; e|f", "a\\_b \\*c\\* &lt;d&gt; &amp;amp; e&#124;f"),
        ("@team #12 # 1", "@&#8203;team #&#8203;12 # 1"),
    ],
)
def test_escaped_markdown(text: str, shown: str) -> None:
    assert markdown.escape(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("set `a_b` or `[c](d)` now", "set `a_b` or `[c](d)` now"),
        ("one ` alone", "one \\` alone"),
        ("no ``code`` [x](y)", "no ` `code` ` \\[x\\](y)"),
    ],
)
def test_prose_shows_code_as_code(text: str, shown: str) -> None:
    assert markdown.prose(text) == shown


def test_hostile_text_is_no_link_and_no_placeholder_in_sarif() -> None:
    run = run_of(hostile())
    notes = run["invocations"][0]["toolExecutionNotifications"]
    for text in (item["message"]["text"] for item in (*run["results"], *notes)):
        assert "](http" not in text
        assert not re.search(r"(?<!\{)\{\d+\}(?!\})", text)
    for rule in run["tool"]["driver"]["rules"]:
        assert "<script" not in rule["help"]["markdown"]
    for result in run["results"]:
        assert re.fullmatch(r"[\w%/.~-]+", result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def test_json_keeps_the_text_of_the_plan() -> None:
    text = as_json.render(hostile())
    assert text.isascii()
    assert json.load(StringIO(text))["plans"][0]["findings"][0]["address"] == HOSTILE


@pytest.mark.parametrize(
    ("text", "line"), [("a\nb\tc", "a b c"), ("\x1b[2J", "\\x1b[2J"), ("\u202e", "\\u202e"), ("ü  x", "ü  x")]
)
def test_plain(text: str, line: str) -> None:
    assert plain(text) == line


def test_a_severity_that_is_not_known_is_shown_as_critical() -> None:
    odd = replace(DATABASE, check=replace(ENCRYPTED, severity="apocalyptic"))
    assert shown(verdict_of(plan_of(findings=(odd,)))).startswith("CRITICAL: 1 finding")
    assert verdict_of(plan_of(findings=(odd,))).exit is Exit.FINDINGS
