from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from generator.terraform import Binary, Event, Interrupted, Terraform, TerraformError, ignored_settings, interrupted_run
from generator.terraform import process as processes
from generator.terraform.runner import child_environment, parse
from tests.terraform.conftest import Make

SLOW = 'resource "terraform_data" "slow" {\n  provisioner "local-exec" {\n    command = "sleep 60"\n  }\n}\n'
ODD = {
    "quotes": "a \"double\" and a 'single'",
    "template": "${path.module} %{ if true }x%{ endif } $${y}",
    "lines": "one\ntwo\r\n\tthree",
    "unicode": "Ünïcödé ☃ 🦉 \u2028",
    "backslash": "C:\\temp\\new",
    "flag": "-out=elsewhere",
    "spaces": "  $(touch owned) `id` ; true  ",
}


def ignore(event: Event | str) -> None:
    pass


def kinds(events: list[Event | str]) -> list[str]:
    return [event["type"] for event in events if isinstance(event, dict)]


def test_plan_show_apply_and_output_of_a_real_root(make: Make) -> None:
    terraform = make()
    events: list[Event | str] = []
    assert terraform.stream("plan", on_event=events.append, out="plan.tfplan") == 0
    assert kinds(events).count("planned_change") == 2
    plan = terraform.capture("show", "plan.tfplan", json=True).json()
    assert [change["change"]["actions"] for change in plan["resource_changes"]] == [["create"], ["create"]]
    assert terraform.stream("apply", "plan.tfplan", on_event=events.append) == 0
    assert kinds(events).count("apply_complete") == 2
    assert terraform.capture("output", json=True).json()["second"]["value"] == "two"
    assert terraform.stream("plan", on_event=ignore, detailed_exitcode=True) == 0
    assert interrupted_run(terraform.folder) is None


def test_a_workspace_needs_no_preparation(make: Make) -> None:
    terraform = make(TF_WORKSPACE="local")
    assert terraform.stream("plan", on_event=ignore, out="plan.tfplan") == 0
    assert terraform.stream("apply", "plan.tfplan", on_event=ignore) == 0
    assert (terraform.folder / "terraform.tfstate.d" / "local" / "terraform.tfstate").exists()
    assert not (terraform.folder / "terraform.tfstate").exists()


def test_odd_strings_reach_terraform_unchanged(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    terraform = make('variable "odd" {\n  type = map(string)\n}\n\noutput "odd" {\n  value = var.odd\n}\n')
    assert terraform.stream("apply", on_event=ignore, auto_approve=True, var={"odd": ODD}) == 0
    assert terraform.capture("output", json=True).json()["odd"]["value"] == ODD
    assert not list(tmp_path.glob("*.tfvars.json")), "the file of variables is removed"
    assert not (terraform.folder / "owned").exists()


def test_the_file_of_variables_is_private(make: Make) -> None:
    with make().command_line("plan", var={"secret": "hunter2"}) as line:
        file = Path(line[-1].removeprefix("-var-file="))
        assert file.stat().st_mode & 0o077 == 0
        assert "hunter2" not in " ".join(line)
    assert not file.exists()


def test_a_broken_state_file_does_not_stop_the_generating_of_commands(make: Make) -> None:
    terraform = make()
    (terraform.folder / "terraform.tfstate").write_text("{ broken")
    with terraform.command_line("state list", "terraform_data.first", lock=False, target=["a", "b"], out=None) as line:
        assert line[1:] == ["state", "list", "-lock=false", "-target=a", "-target=b", "terraform_data.first"]


def test_a_failed_plan_gives_its_diagnostics_and_exit_code(make: Make) -> None:
    events: list[Event | str] = []
    assert make('output "x" {\n  value = nothing.here\n}\n').stream("plan", on_event=events.append) == 1
    found = [event["diagnostic"]["summary"] for event in events if isinstance(event, dict) and "diagnostic" in event]
    assert found == ["Reference to undeclared resource"]


def test_a_failed_capture_says_what_terraform_said(make: Make) -> None:
    with pytest.raises(TerraformError, match="nowhere"):
        make().capture("show", "nowhere.tfplan", json=True).json()


def test_much_on_standard_error_blocks_nothing(make: Make) -> None:
    terraform = make(TF_LOG="trace")
    captured = terraform.capture("plan", refresh=False)
    assert captured.code == 0
    assert len(captured.stderr) > 64 * 1024
    events: list[Event | str] = []
    assert terraform.stream("plan", on_event=events.append) == 0
    assert kinds(events).count("planned_change") == 2
    assert sum(len(event) for event in events if isinstance(event, str)) > 64 * 1024


def test_terraform_goes_on_when_showing_progress_fails(make: Make) -> None:
    def fail(event: Event | str) -> None:
        raise BrokenPipeError

    terraform = make()
    with pytest.raises(BrokenPipeError):
        terraform.stream("apply", on_event=fail, auto_approve=True)
    assert terraform.capture("output", json=True).json()["second"]["value"] == "two"
    assert interrupted_run(terraform.folder) is None


def test_a_second_run_in_the_same_folder_is_refused_while_the_first_lives(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.1)
    terraform = make(SLOW)
    refusals: list[str] = []
    pids: list[int] = []

    def attempt(event: Event | str) -> None:
        if isinstance(event, dict) and event["type"] == "provision_start":
            run = interrupted_run(terraform.folder)
            assert run is not None
            assert run.alive
            assert run.in_flight == ["terraform_data.slow"]
            pids.append(run.pid)
            with pytest.raises(TerraformError) as refused:
                terraform.stream("plan", on_event=ignore)
            refusals.append(refused.value.message)
            os.kill(run.pid, signal.SIGINT)

    assert terraform.stream("apply", on_event=attempt, auto_approve=True) == 1
    assert len(refusals) == 1
    assert "at work" in refusals[0]
    assert interrupted_run(terraform.folder) is None, "it ended in an orderly way, though not by our signal"


def test_a_terraform_that_is_killed_leaves_the_marker(make: Make) -> None:
    terraform = make(SLOW, TF_WORKSPACE="local")

    def kill(event: Event | str) -> None:
        if isinstance(event, dict) and event["type"] == "provision_progress":
            os.kill(
                json.loads((terraform.folder / ".tierform" / "running-local.json").read_text())["pid"], signal.SIGKILL
            )

    with pytest.raises(TerraformError, match=r"killed from outside: Killed"):
        terraform.stream("apply", on_event=kill, auto_approve=True)
    run = interrupted_run(terraform.folder, "local")
    assert run is not None
    assert (run.alive, run.finished, run.in_flight) == (False, False, ["terraform_data.slow"])


def test_what_a_provisioner_leaves_behind_does_not_hold_the_folder(make: Make) -> None:
    terraform = make(SLOW.replace("sleep 60", "sleep 5 >/dev/null 2>&1 &"))
    assert terraform.stream("apply", on_event=ignore, auto_approve=True) == 0
    assert not processes.in_use(terraform.log)


def test_runs_work_outside_the_main_thread(make: Make) -> None:
    terraform, codes = make(), []
    thread = threading.Thread(target=lambda: codes.append(terraform.stream("plan", on_event=ignore)))
    thread.start()
    thread.join()
    assert codes == [0]


def test_the_log_is_private_and_holds_no_secret_of_the_environment(make: Make) -> None:
    terraform = make(AWS_SECRET_ACCESS_KEY="hunter2hunter2", TF_TOKEN_example_com="hunter3hunter3")
    terraform.stream("plan", on_event=ignore)
    assert terraform.log.stat().st_mode & 0o077 == 0
    assert "hunter" not in terraform.log.read_text()


def test_a_large_log_is_put_aside_unless_a_killed_run_is_told_of_in_it(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LARGE", 1)
    terraform = make()
    terraform.stream("plan", on_event=ignore)
    marker = terraform.folder / ".tierform" / "running-aws.json"
    marker.write_text("{}")
    terraform.stream("plan", on_event=ignore)
    assert not terraform.log.with_name("terraform.log.1").exists()
    marker.unlink()
    terraform.stream("plan", on_event=ignore)
    assert terraform.log.with_name("terraform.log.1").exists()
    assert terraform.log.read_text().count('"type":"version"') == 1


def test_flags_from_the_environment_do_not_reach_terraform(make: Make) -> None:
    terraform = make(TF_CLI_ARGS_plan="-destroy", TF_CLI_ARGS="-nonsense")
    events: list[Event | str] = []
    assert terraform.stream("plan", on_event=events.append) == 0
    assert kinds(events).count("planned_change") == 2
    assert ignored_settings({"TF_CLI_ARGS_plan": "-destroy", "TF_LOG": "info"}) == ["TF_CLI_ARGS_plan"]


def test_a_cli_configuration_that_does_not_exist_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "mine.tfrc").touch()
    assert "TF_CLI_CONFIG_FILE" not in child_environment({"TF_CLI_CONFIG_FILE": str(tmp_path / "gone.tfrc")})
    mine = {"TF_CLI_CONFIG_FILE": str(tmp_path / "mine.tfrc"), "TF_VAR_x": "1"}
    assert mine.items() <= child_environment(mine).items()


def test_a_binary_that_is_gone_is_said_so(make: Make, tmp_path: Path) -> None:
    made = make()
    gone = Terraform(Binary(tmp_path / "gone", "1.11.4", "linux_amd64"), made.folder, made.environ, made.log)
    with pytest.raises(TerraformError, match="does not start: No such file"):
        gone.stream("apply", on_event=ignore)
    with pytest.raises(TerraformError, match="does not start: No such file"):
        gone.capture("version")
    assert interrupted_run(made.folder) is None


def test_a_folder_that_cannot_be_written_is_said_so(make: Make) -> None:
    terraform = make()
    (terraform.folder / ".tierform").touch()
    with pytest.raises(TerraformError, match=r"File exists: .*/\.tierform"):
        terraform.stream("plan", on_event=ignore)


@pytest.mark.parametrize(
    ("changing", "aborted", "message"),
    [
        (True, False, "the state is saved"),
        (True, True, "may be missing from the state"),
        (False, True, "nothing was changed"),
    ],
)
def test_an_interruption_says_what_it_left(changing: bool, aborted: bool, message: str) -> None:
    error = Interrupted("apply", changing=changing, aborted=aborted)
    assert message in error.message
    assert (error.exit_code, error.aborted) == (130, aborted)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ('{"@level":"info","type":"version"}', {"@level": "info", "type": "version"}),
        ('{"a":1}', '{"a":1}'),
        ("{ half", "{ half"),
        ("\x1b[0m\x1b[32mgreen\x1b[0m", "green"),
        ("", ""),
    ],
)
def test_lines_are_read_as_events_where_they_are_events(line: str, read: Any) -> None:
    assert parse(line) == read
