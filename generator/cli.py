"""The `tierform` command: reads arguments, calls one step each, turns errors into messages and exit codes.

Exit codes: 0 done, 1 Terraform failed or the gate has findings, 2 wrong input or not to be judged, 130 interrupted;
with `--check`: 0 current, 2 stale, 1 error.
Imports stay inside the commands: start-up time is a feature.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import __version__
from generator.diagnostics import UserError, nearest

if TYPE_CHECKING:
    from generator.report import Console

TIER = click.argument("tier", default="tier1")
TARGET = click.option(
    "--target",
    type=click.Choice(["local", "aws"]),
    default="local",
    show_default=True,
    envvar="TIERFORM_TARGET",
    help="local: the embedded emulator, no account needed; aws: your account.",
)
DEPLOYMENT = click.option(
    "--deployment",
    default="",
    metavar="FOLDER",
    envvar="TIERFORM_DEPLOYMENT",
    help="The folder of build/ that keeps root module and state, if not the tier's own: plan tier2 on tier1's state.",
)
NAMED = click.argument("named", nargs=-1, metavar="[PLAN.json|TIER]...")
FORMS = ("table", "json", "sarif", "junit", "markdown")
REPORT = click.Path(dir_okay=False, path_type=Path)
OVERWRITE = click.option(
    "--overwrite", is_flag=True, help="Render over hand-edited files; each is kept as NAME.edited."
)


class Program(click.Group):
    """A command group that prints the errors users can mend without a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command; end the process with the error's exit code."""
        try:
            return super().invoke(context)
        except UserError as error:
            click.echo(error.render(), err=True)
            context.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            context.exit(130)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tierform")
@click.option("-v", "--verbose", is_flag=True, envvar="VERBOSE", help="Show Terraform's full output.")
@click.pass_context
def main(context: click.Context, *, verbose: bool) -> None:
    """Turn a blueprint into a proven Terraform root module; plan it, apply it, tear it down.

    TIER is a blueprint's name (tier1) or file (my/site.yaml).
    """
    context.obj = verbose


def console(context: click.Context, form: str = "table") -> Console:
    """Return the console as the options ask for it; what is printed beside a document goes to standard error."""
    from generator.report import Console  # noqa: PLC0415

    return Console(verbose=bool(context.obj), aside=form != "table")


def command(function: Callable[..., None]) -> click.Command:
    """Register a command that gets the click context."""
    return main.command()(click.pass_context(function))


@command
@TIER
@DEPLOYMENT
@OVERWRITE
@click.option("--check", is_flag=True, help="Write nothing; end with 2 and the difference if the folder is stale.")
def render(context: click.Context, tier: str, deployment: str, *, overwrite: bool, check: bool) -> None:
    """Render TIER's root module into build/TIER."""
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow import deployment as work  # noqa: PLC0415

    if not check:
        work.rendered(tier, find_project(), console(context), folder=deployment, overwrite=overwrite)
        return
    try:
        found, difference = work.check(tier, find_project(), deployment)
    except UserError as error:
        click.echo(error.render(), err=True)
        context.exit(1)
    if difference.stale():
        from generator.render.diff import describe_difference  # noqa: PLC0415

        click.echo(describe_difference(found.folder, found.files, difference), nl=False)
        raise UserError(f"{found.folder} is stale", f"run `tierform render {tier}`")
    click.echo(f"{found.folder} is current")


@command
@TIER
@TARGET
@DEPLOYMENT
@OVERWRITE
def plan(context: click.Context, tier: str, target: str, deployment: str, *, overwrite: bool) -> None:
    """Render, plan and gate TIER; leaves plan.tfplan and plan.json in build/TIER. Ends as `gate` does."""
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow.request import Request  # noqa: PLC0415
    from generator.workflow.run import plan_command  # noqa: PLC0415

    request = Request(tier, target, deployment)
    context.exit(int(plan_command(request, find_project(), console(context), overwrite=overwrite)))


@command
@TIER
@TARGET
@DEPLOYMENT
@click.option("--yes", is_flag=True, help="Do not ask before changing a real account.")
def apply(context: click.Context, tier: str, target: str, deployment: str, *, yes: bool) -> None:
    """Apply exactly the plan that was shown and passed the gate; without one, plan, gate and show it first."""
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow.request import Request  # noqa: PLC0415
    from generator.workflow.run import apply_command  # noqa: PLC0415

    apply_command(Request(tier, target, deployment), find_project(), console(context), yes=yes)


@command
@TIER
@TARGET
@DEPLOYMENT
@click.option("--confirm", metavar="NAME", help="The deployment's name, instead of typing it (real accounts).")
def destroy(context: click.Context, tier: str, target: str, deployment: str, confirm: str | None) -> None:
    """Tear TIER down: lift the deletion protection, then destroy everything in its state."""
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow.request import Request  # noqa: PLC0415
    from generator.workflow.run import destroy_command  # noqa: PLC0415

    destroy_command(Request(tier, target, deployment), find_project(), console(context), confirm)


@command
@TIER
@TARGET
@DEPLOYMENT
@click.option("--image", help="The image to deploy; without one the image that runs gets the newest settings.")
@click.option(
    "--again", is_flag=True, help="Start new tasks although the same run already: they read their secrets anew."
)
@click.option("--despite-alarms", is_flag=True, help="No alarm stops this one: it mends what they ring for.")
@click.option("--follow", is_flag=True, help="Start nothing: follow the latest deployment, or say how it ended.")
@click.option("--stop", is_flag=True, help="Stop the deployment under way and send all traffic back.")
def deploy(
    context: click.Context,
    tier: str,
    target: str,
    deployment: str,
    image: str | None,
    *,
    again: bool,
    despite_alarms: bool,
    follow: bool,
    stop: bool,
) -> None:
    """Deploy an image blue-green and watch it to its end; follows the deployment that is under way, if one is.

    Ends with 1 if the deployment was rolled back.
    """
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow import deploy as work  # noqa: PLC0415
    from generator.workflow.request import Request  # noqa: PLC0415

    request, project, told = Request(tier, target, deployment), find_project(), console(context)
    if stop:
        work.stop_command(request, project, told)
    elif follow:
        work.follow_command(request, project, told)
    else:
        work.deploy_command(request, image, project, told, again=again, despite_alarms=despite_alarms)


@command
@TIER
@click.argument("name")
@TARGET
@DEPLOYMENT
@click.option("--image", help="The image to run; without one the image that serves.")
def task(context: click.Context, tier: str, name: str, target: str, deployment: str, image: str | None) -> None:
    """Run a one-off task of TIER (migrate, collectstatic) to its end; ends with 1 if it fails."""
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow.deploy import task_command  # noqa: PLC0415
    from generator.workflow.request import Request  # noqa: PLC0415

    task_command(Request(tier, target, deployment), name, image, find_project(), console(context))


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@TARGET
@DEPLOYMENT
@TIER
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def terraform(context: click.Context, tier: str, target: str, deployment: str, arguments: tuple[str, ...]) -> None:
    """Run Terraform itself on what TIER has deployed: `tierform terraform tier1 state list`."""
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow.request import Request  # noqa: PLC0415
    from generator.workflow.run import terraform_command  # noqa: PLC0415

    request = Request(tier, target, deployment)
    context.exit(terraform_command(request, arguments, find_project(), console(context)))


@command
@NAMED
@TARGET
@click.option("--blueprint", default="", metavar="TIER", help="Whose waivers and promises hold for the plans.")
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True, help="What is printed.")
@click.option("--json", type=REPORT, help="Write the verdict as JSON, too.")
@click.option("--sarif", type=REPORT, help="Write it as SARIF 2.1.0, for code scanning.")
@click.option("--junit", type=REPORT, help="Write it as JUnit XML.")
@click.option("--markdown", type=REPORT, help="Write it as Markdown, for a comment.")
def gate(
    context: click.Context, named: tuple[str, ...], target: str, blueprint: str, form: str, **reports: Path | None
) -> None:
    """Judge plans by Checkov and the policies: any plan JSON, or a tier, planned now; without one, every tier.

    A plan that tierform rendered is judged with the waivers of its blueprint. Ends with 0 if all pass, 1 with findings,
    2 if something cannot be judged.
    """
    from generator.gate.environment import Checkov  # noqa: PLC0415

    for report in reports.values():
        if report:  # what cannot be judged now must not go on saying that it passed
            report.unlink(missing_ok=True)
    # First of all, for nothing takes longer than importing it; but not while Terraform plans.
    checkov = Checkov() if named and all(name.endswith(".json") for name in named) else None
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow import gate as work  # noqa: PLC0415
    from generator.workflow.plans import plans  # noqa: PLC0415

    project = find_project()
    verdict = work.gate_plans(plans(named, blueprint, target, project, console(context, form)), project, checkov)
    work.write_reports(verdict, reports)
    click.echo(work.rendered(verdict, form))
    context.exit(int(verdict.exit))


@command
@NAMED
@TARGET
@click.option("--blueprint", default="", metavar="TIER", help="Whose promises and traffic hold for the plans.")
@click.option("--simulate", is_flag=True, help="Check p95 by simulation, too: scaling that lags, the loss of a zone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def objectives(
    context: click.Context, named: tuple[str, ...], target: str, blueprint: str, *, simulate: bool, as_json: bool
) -> None:
    """Hold plans, or tiers, planned now, against what their blueprints promise; without one, every tier.

    Each promise is met, met if a stated condition holds, or not met. Ends with 1 if one is not met.
    """
    from generator.project import find_project  # noqa: PLC0415
    from generator.promises.model import Verdict  # noqa: PLC0415
    from generator.report import promises as report  # noqa: PLC0415
    from generator.workflow import objectives as work  # noqa: PLC0415
    from generator.workflow.plans import plans  # noqa: PLC0415

    project = find_project()
    form = "json" if as_json else "table"
    found = work.of_plans(plans(named, blueprint, target, project, console(context, form)), project, simulate=simulate)
    if as_json:
        click.echo(json.dumps([report.as_json(*item) for item in found], indent=2))
    else:
        click.echo("\n\n".join(report.render(*item) for item in found))
    context.exit(int(any(answer.verdict is Verdict.NOT_MET for _, answers in found for answer in answers)))


@command
@NAMED
@TARGET
@click.option("--blueprint", default="", metavar="TIER", help="Whose traffic and budget hold for the plans.")
@click.option("--region", default="", help="Region of a plan that does not say it.")
@click.option("--against", default="", metavar="PLAN.json|TIER", help="Show what changes from this plan.")
@click.option("--optimise", is_flag=True, help="Search the cheapest configuration that keeps what the plan keeps.")
@click.option("--format", "form", type=click.Choice(("table", "json", "markdown")), default="table", show_default=True)
def cost(
    context: click.Context,
    named: tuple[str, ...],
    target: str,
    blueprint: str,
    region: str,
    against: str,
    form: str,
    *,
    optimise: bool,
) -> None:
    """Price plans, or tiers, planned now, each line with its arithmetic and source; without one, every tier.

    Ends with 0 if everything is priced or free, 1 if something is unpriced, 2 if a plan cannot be read.
    """
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow import cost as work  # noqa: PLC0415
    from generator.workflow.plans import plans  # noqa: PLC0415

    project = find_project()
    if warning := work.warning():
        click.echo(f"warning: {warning}", err=True)

    def priced(*names: str) -> list[work.Cost]:
        return work.of_plans(plans(names, blueprint, target, project, console(context, form)), region, project)

    found = priced(*named)
    before = priced(against)[0] if against else None
    click.echo(work.rendered(found, before, form))
    for item in found if optimise else ():
        click.echo(f"\n\n{work.optimised(item, project)}")
    context.exit(int(any(item.estimate.unpriced for item in found)))


@command
@click.argument("url")
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="'[WEIGHT] [METHOD] PATH [JSON]'",
    help="A part of the mix; again for each.",
)
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Sent with every request; not kept.")
@click.option("--i-own", default="", metavar="HOST", help="The URL's host is yours and may be loaded; its exact name.")
@click.option("--vcpu", type=float, help="What the server may use; without it, all CPUs of this machine.")
@click.option("--pid", type=int, help="The server's first process on this machine: its CPU time is measured.")
@click.option("--seconds", type=float, default=60, show_default=True, help="Of load, at most.")
@click.option("--requests", type=int, default=200_000, show_default=True, help="At most.")
@click.option("--concurrency", default="1,2,4,8,16,32,64", show_default=True, help="The steps: so many connections.")
@click.option(
    "--blueprint", default="tier1", show_default=True, metavar="TIER", help="Beside which the file is written."
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it there instead.")
def calibrate(
    context: click.Context,  # noqa: ARG001
    url: str,
    paths: tuple[str, ...],
    headers: tuple[str, ...],
    i_own: str,
    vcpu: float | None,
    pid: int | None,
    seconds: float,
    requests: int,
    concurrency: str,
    blueprint: str,
    output: Path | None,
) -> None:
    """Measure the running application at URL: requests per second per vCPU, and p95. It is loaded for a minute.

    URL is on this machine, or on a host that you own and name. What is found is written beside a blueprint, where
    `objectives` and `cost` take it from; an interrupted measurement writes nothing.
    """
    from generator.blueprint.load import locate  # noqa: PLC0415
    from generator.calibrate.file import beside  # noqa: PLC0415
    from generator.calibrate.order import read_steps  # noqa: PLC0415
    from generator.calibrate.run import run  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415

    file = output or beside(locate(blueprint, find_project().blueprints))
    steps = read_steps(concurrency)
    run(
        url, file, paths, vcpu=vcpu, seconds=seconds, requests=requests, concurrency=steps, pid=pid, i_own=i_own,
        headers=headers, say=click.echo,
    )  # fmt: skip


@command
@click.argument("ids", nargs=-1, metavar="[ID]...")
def policies(context: click.Context, ids: tuple[str, ...]) -> None:  # noqa: ARG001
    """List the policies; with IDs, say of each why it is there and what to do."""
    from generator.policy.load import PolicyError, describe  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415
    from generator.report.policies import details, table  # noqa: PLC0415

    try:
        found = describe(find_project().policies)
    except PolicyError as error:
        raise UserError(str(error), "mend the file; the gate does not run without it") from None
    known = [item.id for item in found]
    for unknown in (id_ for id_ in ids if id_ not in known):
        raise UserError(f'there is no policy "{unknown}"', nearest(unknown, known))
    chosen = [item for item in found if item.id in ids]
    click.echo("\n\n".join(map(details, chosen)) if ids else table(found))


@command
@click.argument("tier")
@click.argument("path")
def explain(context: click.Context, tier: str, path: str) -> None:  # noqa: ARG001
    """Say which file set a value: `tierform explain tier1 web.cpu`; `web` alone lists all inputs."""
    from generator.compose.explain import explain as lines_of  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow.deployment import read  # noqa: PLC0415

    for line in lines_of(path, *read(tier, find_project())):
        click.echo(line)


@command
@click.option("--check", is_flag=True, help="Write nothing; end with 2 if a document is stale.")
def docs(context: click.Context, *, check: bool) -> None:  # noqa: ARG001
    """Write what is generated from the code: interface tables, the blueprints' JSON Schema, the list of policies."""
    from generator import docs as documents  # noqa: PLC0415
    from generator.atomic import write_atomically  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow.deployment import catalog_of  # noqa: PLC0415

    project = find_project()
    wanted = documents.documents(catalog_of(project), project.schema, project.policies)
    stale = documents.stale(wanted)
    if check and stale:
        raise UserError(f"not as the code says: {', '.join(map(str, stale))}", "run `tierform docs`")
    for path in stale:
        write_atomically(path, wanted[path].encode())
        click.echo(f"wrote {path}")
    if not stale:
        click.echo(f"{len(wanted)} documents are current")


@command
@click.option("--base", default="origin/main", show_default=True, metavar="REF", help="What is compared with.")
@click.option("--format", "form", type=click.Choice(("names", "table", "json")), default="names", show_default=True)
def affected(context: click.Context, base: str, form: str) -> None:  # noqa: ARG001
    """Name the blueprints that are to be planned, judged and priced anew after what was changed since REF.

    Changes count as a pull request shows them, and those that are not committed. `--format table` says why, and what
    makes no difference; `json` is for a matrix of jobs.
    """
    from generator.affected import affected_since, as_json, names, rendered  # noqa: PLC0415

    if text := {"names": names, "table": rendered, "json": as_json}[form](affected_since(base)):
        click.echo(text)


@command
@TIER
@TARGET
@DEPLOYMENT
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def drift(context: click.Context, tier: str, target: str, deployment: str, *, as_json: bool) -> None:
    """Say what somebody changed by hand in what TIER has deployed. Ends with 1 if there is something.

    The plan in its folder is made anew: a plan that was shown before is not applied any more.
    """
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow import drift as work  # noqa: PLC0415
    from generator.workflow.request import Request  # noqa: PLC0415

    form = "json" if as_json else "table"
    found, others = work.drift_command(Request(tier, target, deployment), find_project(), console(context, form))
    click.echo(work.as_json(found, others) if as_json else f"\n{work.rendered(found, others)}")
    context.exit(int(bool(found)))


@main.group()
def prices() -> None:
    """Keep the price book: where prices of plans come from."""


@prices.command("refresh")
@click.option(
    "--region", "regions", multiple=True, metavar="REGION", help="Only this region's prices; may be repeated."
)
@click.option("--from", "base", default="", metavar="URL", help="Where the price list files are, if not at AWS.")
@click.option(
    "--book", type=click.Path(path_type=Path), metavar="FILE", help="Book to rewrite, if not the one of the package."
)
def prices_refresh(regions: tuple[str, ...], base: str, book: Path | None) -> None:
    """Rewrite the price book from AWS's public price list files: some hundred MB, for EC2 gigabytes.

    Each price is of exactly one product; if none or several match, nothing is written.
    """
    from generator.prices.book import FILE  # noqa: PLC0415
    from generator.prices.bulk import BASE  # noqa: PLC0415
    from generator.prices.changes import rendered  # noqa: PLC0415
    from generator.prices.refresh import refresh  # noqa: PLC0415

    def say(text: str) -> None:
        click.echo(text, err=True)

    click.echo(rendered(refresh(book or FILE, base or BASE, date.today(), regions, say)))


@main.group()
def emulator() -> None:
    """Start, stop or look at the embedded AWS emulator."""


@emulator.command("start")
def emulator_start() -> None:
    """Start the emulator, if it is not running, and print how to reach it."""
    from generator.emulator import start  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415

    running = start(find_project().emulator)
    for name, value in running.environment("us-east-1").items():
        click.echo(f"export {name}={value}" if value else f"unset {name}")


@emulator.command("stop")
def emulator_stop() -> None:
    """Stop the emulator; what was applied to it is gone then."""
    from generator.emulator import stop  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415

    click.echo("stopped" if stop(find_project().emulator) else "the emulator is not running")


@emulator.command("status")
def emulator_status() -> None:
    """Say whether the emulator runs and where."""
    from generator.emulator import running as find_running  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415

    running = find_running(find_project().emulator)
    click.echo(f"running at {running.endpoint} (process {running.pid})" if running else "not running")


@command
def clean(context: click.Context) -> None:
    """Stop the emulator and remove build/; what holds the state of a real account is kept."""
    from generator.project import find_project  # noqa: PLC0415
    from generator.workflow.clean import clean as clean_build  # noqa: PLC0415

    clean_build(find_project(), console(context))
