"""What cannot be judged is no pass: each way to fail ends with 2 and names its cause."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from generator.diagnostics import UserError
from generator.gate.environment import VERSION, find_checkov
from generator.gate.model import Exit, Verdict
from tests.conftest import PROJECT
from tests.gate.conftest import CONTENT, Gated

Document = dict[str, Any]
WithPolicies = Callable[..., Verdict]


@pytest.fixture
def changed(tmp_path: Path, tier1_json: Document) -> Callable[..., Path]:
    """Return a function that writes tier 1's plan, changed by a function, to a file of its own."""

    def write(name: str, change: Callable[[Document], object]) -> Path:
        document = copy.deepcopy(tier1_json)
        change(document)
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(document))
        return file

    return write


@pytest.fixture(scope="session")
def tiny_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan of one load balancer, and of one that it destroys."""
    changes = [
        _changed("aws_lb.front", "create", {"internal": True, "name": "front"}),
        _changed("aws_lb.old", "delete", {"internal": True, "name": "old"}),
    ]
    planned = [{**changes[0], "values": changes[0]["change"]["after"], "schema_version": 0, "sensitive_values": {}}]
    file = tmp_path_factory.mktemp("tiny") / "plan.json"
    file.write_text(
        json.dumps(
            {
                "format_version": "1.2",
                "terraform_version": "1.11.4",
                "planned_values": {"root_module": {"resources": planned}},
                "resource_changes": changes,
                "configuration": {"root_module": {}},
            }
        )
    )
    return file


def _changed(address: str, action: str, values: Document) -> Document:
    type_, name = address.split(".")
    provider = "registry.terraform.io/hashicorp/aws"
    after = values if action == "create" else None
    before = None if action == "create" else values
    change = {"actions": [action], "before": before, "after": after, "after_unknown": {}}
    return {"address": address, "mode": "managed", "type": type_, "name": name, "provider_name": provider,
            "change": change}  # fmt: skip


# Files that are no plan to judge: their text, and what the message says.
NO_PLAN = {
    "empty": ("", "it is no plan in JSON form; `terraform show -json PLAN` makes one"),
    "broken": ('{"format_version": "1.2", ', "it is no plan in JSON form"),
    "binary": ("PK\x03\x04\udcff", "it is no plan in JSON form"),
    "list": ("[]", "no Terraform plan in JSON form"),
    "null": ("null", "no Terraform plan in JSON form"),
    "state": ('{"format_version": "1.0", "values": {"root_module": {}}}', "no Terraform plan in JSON form"),
    "no_version": ('{"resource_changes": []}', 'has the plan format ""'),
    "other_format": ('{"format_version": "2.0", "resource_changes": []}', 'has the plan format "2.0", but 1.x'),
    "errored": ('{"format_version": "1.2", "errored": true, "resource_changes": []}', "is of a plan that failed"),
    "incomplete": ('{"format_version": "1.2", "complete": false, "resource_changes": []}', "plan is not complete"),
    "nothing": ('{"format_version": "1.2", "planned_values": {}}', "no resource in the plan: nothing to judge"),
    "no_changes": ('{"format_version": "1.2", "resource_changes": []}', "no resource in the plan: nothing to judge"),
    "broken_change": ('{"format_version": "1.2", "resource_changes": [{"address": "a.b"}]}', "no plan in JSON form"),
    "changes_of_text": ('{"format_version": "1.2", "resource_changes": ["a.b"]}', "no plan in JSON form"),
}


@pytest.mark.parametrize("name", NO_PLAN)
def test_what_is_no_plan_is_refused(name: str, tmp_path: Path, gated: Callable[..., Gated]) -> None:
    text, message = NO_PLAN[name]
    file = tmp_path / f"{name}.json"
    file.write_bytes(text.encode(errors="surrogateescape"))
    done = gated(file)
    assert done.ran.code == 2
    assert "Traceback" not in done.ran.err
    assert message in done.plan(file)["failures"][0]
    assert "CANNOT JUDGE: 1 failure" in done.ran.out


def test_what_cannot_be_read_is_refused(tmp_path: Path, gated: Callable[..., Gated]) -> None:
    missing = tmp_path / "missing.json"
    done = gated(missing, tmp_path)
    assert done.ran.code == 2
    assert done.plan(missing)["failures"] == ["cannot read it: no such file or directory"]
    assert done.plan(tmp_path)["failures"] == ["cannot read it: is a directory"]
    assert f"{missing}: cannot read it" in " ".join(done.ran.out.split())


@pytest.mark.parametrize(
    "text",
    [
        '{"format_version": "1.2", "planned_values": []}',
        '{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{"address": "aws_lb.a"}]}}}',
        "[" * 100_000,
    ],
    ids=["values that are a list", "a resource without a type", "nested without end"],
)
def test_a_plan_of_another_shape_is_refused_without_a_traceback(
    text: str, tmp_path: Path, gated: Callable[..., Gated]
) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text)
    done = gated(file)
    assert "Traceback" not in done.ran.err
    assert done.ran.code == 2


def test_a_plan_whose_planned_values_are_cut_out_is_refused(
    changed: Callable[..., Path], gated: Callable[..., Gated]
) -> None:
    def cut(document: Document) -> None:
        del document["planned_values"]
        gone = next(item for item in document["resource_changes"] if item["type"] == "aws_cloudwatch_metric_alarm")
        gone["change"].update(actions=["delete"], before=gone["change"]["after"], after=None)

    done = gated(changed("cut", cut))
    assert done.ran.code == 2


def test_a_plan_whose_changes_are_cut_out_is_refused(changed: Callable[..., Path], gated: Callable[..., Gated]) -> None:
    done = gated(changed("cut", lambda document: document["resource_changes"].clear()))
    assert done.ran.code == 2


def test_one_plan_that_cannot_be_judged_spoils_no_other(
    changed: Callable[..., Path], tmp_path: Path, gated: Callable[..., Gated], tiny_plan: Path
) -> None:
    broken, missing = tmp_path / "broken.json", tmp_path / "missing.json"
    broken.write_text("{")
    errored = changed("errored", lambda document: document.update(errored=True))
    done = gated(broken, tiny_plan, errored, missing)
    assert done.ran.code == 2
    assert [plan["result"] for plan in done.verdict["plans"]] == ["cannot_judge", "failed", *["cannot_judge"] * 2]
    assert "aws_lb.front" in done.findings(tiny_plan, "CKV_AWS_91")
    assert done.plan(tiny_plan)["resources"] == 1
    assert "CANNOT JUDGE: 3 failures" in done.ran.out
    assert "CKV_AWS_91" in done.ran.out


@pytest.mark.parametrize("form", ["table", "json", "sarif", "junit", "markdown"])
def test_no_format_passes_what_cannot_be_judged(form: str, tmp_path: Path, gated: Callable[..., Gated]) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{")
    reports = {name: tmp_path / "reports" / name for name in ("sarif", "junit", "markdown")}
    done = gated(file, "--format", form, *(f"--{name}={path}" for name, path in reports.items()))
    assert done.ran.code == 2
    assert "it is no plan in JSON form" in " ".join(done.ran.out.split())
    assert (done.verdict["result"], done.verdict["exit_code"]) == ("cannot_judge", 2)
    [run] = json.loads(reports["sarif"].read_text())["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    suites = ET.fromstring(reports["junit"].read_text())  # noqa: S314 - our own file
    assert int(suites.get("errors", 0)) >= 1
    assert "cannot judge" in reports["markdown"].read_text().lower()


def breaking(extra: str) -> str:
    return CONTENT + extra


# Policies that do not load: the files beside two good ones, and what the message says.
NOT_LOADED = {
    "syntax": ({"a.py": "def ("}, "a.py: does not load: SyntaxError"),
    "raises": ({"a.py": "raise RuntimeError('no database')"}, "a.py: does not load: RuntimeError: no database"),
    "imports": ({"a.py": "import surely_not_there"}, "a.py: does not load: ModuleNotFoundError"),
    "none": ({"a.py": "POLICY = None"}, "a.py: defines 0 policies; a file defines one"),
    "two": (
        {"a.py": CONTENT + CONTENT.replace("_901", "_902").replace("def judged", "def also")},
        "a.py: defines 2 policies; a file defines one",
    ),
    "one id": ({"a.py": CONTENT, "b.py": CONTENT}, "b.py: TIER_AWS_901 is the id of another policy, too"),
    "one id in YAML": ({"a.py": CONTENT.replace("_901", "_102")}, "TIER_AWS_102 is the id of a.py, too"),
    "no YAML": ({"a.yaml": "metadata: ["}, "a.yaml: does not load: ParserError"),
    "no map": ({"a.yaml": "- metadata"}, "a.yaml: does not load: TypeError"),
    "no metadata": ({"a.yaml": "definition: {}"}, "a.yaml: does not load: KeyError: 'metadata'"),
}


def graph_policy(**changes: str) -> str:
    """Return a YAML policy as our own are, with some of its text replaced."""
    text = (PROJECT / "policies" / "cache_users.yaml").read_text().replace("TIER_AWS_102", "TIER_AWS_903")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("name", NOT_LOADED)
def test_a_policy_that_does_not_load_is_no_policy_less(name: str, tiny_plan: Path, with_policies: WithPolicies) -> None:
    files, message = NOT_LOADED[name]
    verdict = with_policies([tiny_plan], files)
    assert verdict.exit is Exit.CANNOT_JUDGE
    assert message in verdict.failures[0]


def test_a_policy_that_checkov_does_not_take_is_named(tiny_plan: Path, with_policies: WithPolicies) -> None:
    files = {"operator.yaml": graph_policy(within="withinn"), "condition.yaml": graph_policy(connection="connexion",
             TIER_AWS_903="TIER_AWS_904")}  # fmt: skip
    verdict = with_policies([tiny_plan], files)
    assert verdict.exit is Exit.CANNOT_JUDGE
    told = "\n".join(verdict.failures)
    assert "operator.yaml: Checkov did not load TIER_AWS_903" in told
    assert "condition.yaml: Checkov did not load TIER_AWS_904" in told


def test_a_folder_without_policies_is_refused(tiny_plan: Path, with_policies: WithPolicies) -> None:
    verdict = with_policies([tiny_plan], {}, ours=())
    assert verdict.exit is Exit.CANNOT_JUDGE
    assert verdict.failures[0].endswith("policies: there is no policy in it")


def test_a_policy_file_of_another_ending_is_not_passed_over(tiny_plan: Path, with_policies: WithPolicies) -> None:
    verdict = with_policies([tiny_plan], {"a.yml": graph_policy(within="withinn")})
    assert verdict.exit is Exit.CANNOT_JUDGE
    assert "a.yml" in verdict.failures[0]


def test_a_graph_policy_that_asks_for_no_type_is_refused(tiny_plan: Path, with_policies: WithPolicies) -> None:
    text = graph_policy().partition("definition:")[0] + "definition: {}\n"
    verdict = with_policies([tiny_plan], {"a.yaml": text})
    assert verdict.exit is Exit.CANNOT_JUDGE
    assert "a.yaml" in verdict.failures[0]


TAKES_ITSELF_OUT = """

try:
    from checkov.terraform.checks.resource.registry import resource_registry
except ImportError:
    pass
else:
    resource_registry.checks["aws_lb"] = [
        check for check in resource_registry.checks["aws_lb"] if check.id != "TIER_AWS_901"
    ]
"""
TWO_FILTERS = """\
    - cond_type: filter
      attribute: resource_type
      operator: within
      value: [aws_lb]
    - or:"""


def test_policies_that_break_or_keep_silent_are_named(tiny_plan: Path, with_policies: WithPolicies) -> None:
    raising = CONTENT.replace("return []", 'raise KeyError("gone")')
    files = {
        "raises.py": raising.replace("_901", "_905"),
        "raises_at_the_end.py": raising.replace("_901", "_906")
        .replace("def judged", "def judged_in_part")
        .replace("    raise", "    yield from ()\n    raise"),
        "on_destroyed.py": raising.replace("_901", "_907").replace("unknown=", "destroyed=True, unknown="),
        "silent.py": CONTENT + TAKES_ITSELF_OUT,
        "silent.yaml": graph_policy(**{"    - or:": TWO_FILTERS}),
    }
    verdict = with_policies([tiny_plan], files)
    [plan] = verdict.plans
    assert (verdict.exit, plan.exit, verdict.failures) == (Exit.CANNOT_JUDGE, Exit.CANNOT_JUDGE, ())
    told = "\n".join(plan.failures)
    assert "TIER_AWS_905 raised KeyError on aws_lb.front: 'gone'" in told
    assert "TIER_AWS_906 raised KeyError on aws_lb.front: 'gone'" in told
    assert "TIER_AWS_907 raised KeyError: 'gone'" in told
    assert "TIER_AWS_901 said nothing of aws_lb.front" in told
    assert "TIER_AWS_903 said nothing, though there is aws_lb in the plan" in told
    assert any(finding.check.id == "CKV_AWS_91" for finding in plan.findings), "what the others say is still told"


def test_a_policy_that_ends_the_process_is_no_pass(tiny_plan: Path, with_policies: WithPolicies) -> None:
    with pytest.raises(UserError, match="Checkov gave no answer: it ended with 0"):
        with_policies([tiny_plan], {"a.py": "import os\nos._exit(0)"})


def test_a_policy_that_yields_no_fault_but_text_is_no_pass(tiny_plan: Path, with_policies: WithPolicies) -> None:
    [plan] = with_policies([tiny_plan], {"a.py": CONTENT.replace("return []", 'return ["text"]')}).plans
    assert plan.exit is Exit.CANNOT_JUDGE
    assert "yields str, not a Fault" in "\n".join(plan.failures)


BREAKS_A_BUILT_IN = """

try:
    from checkov.common.graph.checks_infra.base_check import BaseGraphCheck
except ImportError:
    pass
else:
    run_before = BaseGraphCheck.run

    def run(self, graph):
        if self.id == "CKV2_AWS_28":
            raise RuntimeError("broken")
        return run_before(self, graph)

    BaseGraphCheck.run = run
"""


def test_a_built_in_graph_check_that_breaks_is_named(tiny_plan: Path, with_policies: WithPolicies) -> None:
    verdict = with_policies([tiny_plan], {"a.py": CONTENT + BREAKS_A_BUILT_IN})
    assert verdict.exit is Exit.CANNOT_JUDGE
    assert "CKV2_AWS_28" in "\n".join((*verdict.failures, *verdict.plans[0].failures))


def test_a_graph_policy_of_one_tier_is_not_asked_of_others(tier1_folder: Path, with_policies: WithPolicies) -> None:
    files = {"a.yaml": graph_policy(**{"tiers: [tier1, tier2]": "tiers: [tier2]"})}
    [plan] = with_policies([tier1_folder / "plan.json"], files).plans
    assert plan.tier == "tier1"
    assert "TIER_AWS_102" in plan.judged
    assert "TIER_AWS_903" not in plan.judged


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str], str]:
    """Return a function that makes a program to stand in for Checkov's Python; REAL in its text is the real one."""

    def make(text: str) -> str:
        program = tmp_path / "python"
        program.write_text("#!/bin/sh\n" + text.replace("REAL", str(find_checkov({}))) + "\n")
        program.chmod(0o755)
        return str(program)

    return make


def test_another_version_of_checkov_is_no_pass(
    stand_in: Callable[[str], str], tiny_plan: Path, gated: Callable[..., Gated]
) -> None:
    program = stand_in(f'REAL "$@" | sed \'s/"checkov": "{VERSION}"/"checkov": "3.3.1"/\'')
    done = gated(tiny_plan, TIERFORM_CHECKOV=program)
    assert done.ran.code == 2
    assert done.verdict["failures"] == [
        {"plan": None, "message": f"Checkov is 3.3.1, not {VERSION}, for which the gate is proven: run `make setup`"}
    ]
    assert done.plan(tiny_plan)["findings"], "what it found is still told"


NO_ANSWER = {
    "dies": ("echo 'out of memory' >&2; exit 137", "Checkov gave no answer: out of memory"),
    "killed": ("kill -9 $$", "Checkov gave no answer: it ended with -9"),
    "says nothing": ("exit 0", "Checkov gave no answer: it ended with 0"),
    "rubbish": ("echo hello", "Checkov gave no answer: it ended with 0"),
    "cut off": ('REAL "$@" 2>/dev/null | head -c 900', "Checkov gave no answer"),
    "none": ("REAL -c 'import surely_not_there'", "No module named 'surely_not_there'"),
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_a_checkov_that_gives_no_answer_is_no_pass(
    name: str, stand_in: Callable[[str], str], tiny_plan: Path, gated: Callable[..., Gated]
) -> None:
    text, message = NO_ANSWER[name]
    done = gated(tiny_plan, TIERFORM_CHECKOV=stand_in(text))
    assert done.ran.code == 2
    assert message in done.ran.err
    assert "remedy: run `make setup`" in done.ran.err
    assert done.ran.out == ""


def test_no_checkov_is_no_pass(tiny_plan: Path, gated: Callable[..., Gated]) -> None:
    done = gated(tiny_plan, TIERFORM_CHECKOV="/nowhere/python")
    assert done.ran.code == 2
    assert "there is no Checkov: /nowhere/python is no program\n  remedy: let TIERFORM_CHECKOV name" in done.ran.err


@pytest.mark.parametrize("answer", ["null", "[]", "{}", f'{{"checkov": "{VERSION}", "failures": []}}'])
def test_an_answer_of_another_shape_is_no_pass(
    answer: str, stand_in: Callable[[str], str], tiny_plan: Path, gated: Callable[..., Gated]
) -> None:
    done = gated(tiny_plan, TIERFORM_CHECKOV=stand_in(f"echo '{answer}'"))
    assert "Traceback" not in done.ran.err
    assert done.ran.code == 2


def test_an_answer_of_no_check_is_no_pass(
    stand_in: Callable[[str], str], tiny_plan: Path, gated: Callable[..., Gated]
) -> None:
    plan = {"records": [], "ran": {}, "failures": []}
    answer = json.dumps({"checkov": VERSION, "checks": [], "plans": [plan], "failures": []})
    done = gated(tiny_plan, TIERFORM_CHECKOV=stand_in(f"echo '{answer}'"))
    assert done.ran.code == 2


def test_a_checkov_that_cannot_be_started_is_no_pass(
    tmp_path: Path, tiny_plan: Path, gated: Callable[..., Gated]
) -> None:
    program = tmp_path / "python"
    program.write_bytes(b"\x7fNOT")
    program.chmod(0o755)
    for named in (program, tmp_path):
        done = gated(tiny_plan, TIERFORM_CHECKOV=str(named))
        assert "Traceback" not in done.ran.err
        assert done.ran.code == 2


def test_no_report_of_an_earlier_run_is_left_where_the_gate_cannot_run(
    tmp_path: Path, tiny_plan: Path, gated: Callable[..., Gated]
) -> None:
    report = tmp_path / "verdict.sarif"
    report.write_text('{"of": "an earlier run"}')
    done = gated(tiny_plan, f"--sarif={report}", TIERFORM_CHECKOV="/nowhere/python")
    assert done.ran.code == 2
    assert not report.exists() or "an earlier run" not in report.read_text()


def test_a_file_given_again_is_judged_the_same_again(tiny_plan: Path, gated: Callable[..., Gated]) -> None:
    first, *others = gated(*[tiny_plan] * ((os.cpu_count() or 1) + 1)).verdict["plans"]
    assert others
    assert all(plan == first for plan in others)
