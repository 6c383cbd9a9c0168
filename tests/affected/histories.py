"""Scripted histories: each changes a repository, and says exactly what that affects."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.affected import Kind
from tests.affected.repository import Repository

TIER1, TIER2, CAMPUS = "blueprints/tier1.yaml", "blueprints/tier2.yaml", "blueprints/campus.yaml"
LENGTH = (Path(__file__).parents[2] / TIER1).read_text().count("\n")
NONE = (Kind.NONE, ())
Expected = dict[str, tuple[Kind, tuple[str, ...]]]


@dataclass(frozen=True)
class History:
    """A change, and what it does to each blueprint: kind and reasons.

    `loads` is False where what is rendered cannot be held against it: it does not load, or the generator is another.
    """

    name: str
    change: Callable[[Repository], object]
    expected: Expected
    loads: bool = True


def both(kind: Kind, *reasons: str) -> Expected:
    """Return one effect for both tiers."""
    return {"tier1": (kind, reasons), "tier2": (kind, reasons)}


def only(tier: str, kind: Kind, *reasons: str) -> Expected:
    """Return an effect on one tier, and none on the other."""
    return {"tier1": NONE, "tier2": NONE} | {tier: (kind, reasons)}


def retype(repository: Repository, name: str, change: Callable[[str], str]) -> None:
    """Write a file anew."""
    path = repository.path(name)
    text = change(path.read_text())
    assert text != path.read_text()
    path.write_text(text)


def spread(text: str) -> str:
    """Return Terraform code with other spacing, comments everywhere, and its blocks in reverse order."""
    blocks = text.replace("\n}\n\n", "\n}\n\0").split("\0")
    lines = "\n\n".join(reversed(blocks)).splitlines()
    return (
        "/* By hand. */\n"
        + "\n".join(f"{line.replace('  ', '    ')}  // said" if line else "" for line in lines)
        + "\n"
    )


def module_blocks_moved(repository: Repository) -> None:
    """Move everything of a module's outputs.tf to another file."""
    repository.add("modules/kms/main.tf", "\n" + repository.path("modules/kms/outputs.tf").read_text())
    repository.path("modules/kms/outputs.tf").unlink()


def module_renamed(repository: Repository) -> None:
    """Rename a module and the reference to it."""
    repository.move("modules/waf", "modules/web-firewall")
    repository.edit(TIER2, "module: waf", "module: web-firewall")


def base_renamed(repository: Repository) -> None:
    """Rename the blueprint that both tiers extend."""
    repository.move(CAMPUS, "blueprints/school.yaml")
    for tier in (TIER1, TIER2):
        repository.edit(tier, "extends: campus", "extends: school")


def module_through_module(repository: Repository) -> None:
    """Change a module that only another module calls."""
    repository.add("modules/tagging/main.tf", 'output "tags" {\n  value = {}\n}\n')
    repository.add("modules/waf/tagging.tf", 'module "tagging" {\n  source = "../tagging"\n}\n')
    repository.commit()
    repository.git("branch", "--force", "main")
    repository.edit("modules/tagging/main.tf", "{}", '{ a = "b" }')


def price_raised(repository: Repository) -> None:
    """Change one price."""
    path = repository.path("generator/prices/book.json")
    book = json.loads(path.read_text())
    book["prices"][0]["usd"] *= 2
    path.write_text(json.dumps(book, indent=1) + "\n")


def book_reformatted(repository: Repository) -> None:
    """Write the price book with other spacing."""
    path = repository.path("generator/prices/book.json")
    path.write_text(json.dumps(json.loads(path.read_text())))


def policies_commented(repository: Repository) -> None:
    """Add a comment to a policy of each form."""
    repository.add("policies/log_retention.py", "\n# Said once more.\n")
    repository.add("policies/cache_users.yaml", "# Said once more.\n")


def split_base(repository: Repository) -> None:
    """Take a part of the base into a blueprint of its own, which the base then extends."""
    text = repository.path(CAMPUS).read_text()
    outputs = text.index("\noutputs:")
    rest = text.index("\n# Findings of the gate")
    repository.path("blueprints/outputs.yaml").write_text(text[outputs:rest])
    repository.path(CAMPUS).write_text("extends: outputs\n" + text[:outputs] + text[rest:])


def all_of_it(repository: Repository) -> None:
    """Change much at once."""
    repository.edit("modules/waf/main.tf", '"URL_DECODE", "LOWERCASE"', '"LOWERCASE"')
    repository.edit(TIER1, "      cpu: 2048 # 2 vCPU", "      cpu: 1024")
    repository.edit(TIER2, "  outbound_gb: 100", "  outbound_gb: 200")
    repository.add("policies/log_retention.py", "\nMORE = 1\n")
    repository.add("README.md", "More.\n")


HISTORIES = [
    History("nothing", lambda it: None, both(Kind.NONE)),
    History("unrelated file", lambda it: it.add("notes/ideas.txt", "one\n"), both(Kind.NONE)),
    History("documents only", lambda it: it.add("docs/deploying.md", "More.\n"), both(Kind.NONE)),
    History("tests only", lambda it: it.add("tests/test_something.py", "x = 1\n"), both(Kind.NONE)),
    History("rename of an unrelated file", lambda it: it.move("README.md", "READ.md"), both(Kind.NONE)),
    History(
        "module",
        lambda it: it.edit("modules/rds/main.tf", '"postgresql", "upgrade"', '"postgresql"'),
        both(Kind.RENDER, "modules/rds/main.tf: locals"),
    ),
    History(
        "module, a variable's default",
        lambda it: it.add("modules/alb/variables.tf", '\nvariable "more" {\n  type    = bool\n  default = true\n}\n'),
        both(Kind.RENDER, "modules/alb/variables.tf: variable more"),
    ),
    History(
        "module, a block removed",
        lambda it: it.edit("modules/rds/main.tf", 'data "aws_partition" "current" {}\n', ""),
        both(Kind.RENDER, "modules/rds/main.tf: data aws_partition.current"),
    ),
    History(
        "module, comments only",
        lambda it: it.add("modules/rds/main.tf", "\n# One\n// Two\n/* Three\nlines */\n"),
        both(Kind.NONE, "modules/rds/main.tf: comments, spacing or order only"),
    ),
    History(
        "module, a comment in the place of code",
        lambda it: it.edit("modules/rds/main.tf", 'data "aws_partition" "current" {}', '# data "aws_partition" {}'),
        both(Kind.RENDER, "modules/rds/main.tf: data aws_partition.current"),
    ),
    History(
        "module, text that only looks like a comment",
        lambda it: it.edit("modules/waf/main.tf", "What may reach the", "What # may reach the"),
        only("tier2", Kind.RENDER, "modules/waf/main.tf: resource aws_wafv2_web_acl.this"),
    ),
    History(
        "module, spacing and order only",
        lambda it: retype(it, "modules/elasticache/variables.tf", spread),
        both(Kind.NONE, "modules/elasticache/variables.tf: comments, spacing or order only"),
    ),
    History(
        "module, blocks moved to another file",
        module_blocks_moved,
        both(Kind.NONE, "modules/kms/main.tf: comments, spacing or order only",
             "modules/kms/outputs.tf: comments, spacing or order only"),
    ),
    History(
        "module, README only",
        lambda it: it.add("modules/rds/README.md", "More.\n"),
        both(Kind.NONE, "modules/rds/README.md: not read by Terraform"),
    ),
    History(
        "module, tests only",
        lambda it: it.add("modules/rds/tests/all.tftest.hcl", 'run "a" {}\n'),
        both(Kind.NONE, "modules/rds/tests/all.tftest.hcl: not read by Terraform"),
    ),
    History(
        "module, a file that it reads",
        lambda it: it.add("modules/rds/parameters.json", "{}\n"),
        both(Kind.RENDER, "modules/rds/parameters.json: new"),
    ),
    History(
        "module of one tier only",
        lambda it: it.edit("modules/waf/main.tf", '"URL_DECODE", "LOWERCASE"', '"LOWERCASE"'),
        only("tier2", Kind.RENDER, "modules/waf/main.tf: locals"),
    ),
    History(
        "module that nobody uses",
        lambda it: it.add("modules/queue/main.tf", 'output "a" {\n  value = 1\n}\n'),
        both(Kind.NONE),
    ),
    History(
        "module that another module calls",
        module_through_module,
        only("tier2", Kind.RENDER, "modules/tagging/main.tf: output tags"),
        loads=False,  # the renderer vendors what blueprints call
    ),
    History(
        "module renamed with the reference to it",
        module_renamed,
        only(
            "tier2",
            Kind.RENDER,
            f"{TIER2}: components.firewall.module",
            "modules/waf: the module is gone",
            "modules/web-firewall: a new module",
        ),
    ),
    History(
        "module removed, but not the reference to it",
        lambda it: shutil.rmtree(it.path("modules/waf")),
        only("tier2", Kind.RENDER, "modules/waf: the module is gone"),
        loads=False,
    ),
    History(
        "provider lock",
        lambda it: retype(it, "modules/.terraform.lock.hcl", lambda text: text.replace("5.100.0", "5.101.0")),
        both(Kind.RENDER, "modules/.terraform.lock.hcl: the provider lock"),
    ),
    History(
        "provider lock, comments only",
        lambda it: it.add("modules/.terraform.lock.hcl", "# By hand.\n"),
        both(Kind.NONE),
        loads=False,  # vendored with its comments
    ),
    History(
        "policy",
        lambda it: it.edit("policies/log_retention.py", '"tier1": (30, 90)', '"tier1": (30, 60)'),
        both(Kind.JUDGE, "policies/log_retention.py: the policies"),
    ),
    History(
        "policy, new",
        lambda it: it.add("policies/another.py", "# None yet.\n"),
        both(Kind.JUDGE, "policies/another.py: the policies"),
    ),
    History(
        "policy, removed",
        lambda it: it.path("policies/ways_out.py").unlink(),
        both(Kind.JUDGE, "policies/ways_out.py: the policies"),
    ),
    History("policy, comments only", policies_commented, both(Kind.NONE)),
    History(
        "value of a tier",
        lambda it: it.edit(TIER1, "      cpu: 2048 # 2 vCPU", "      cpu: 1024"),
        only("tier1", Kind.RENDER, f"{TIER1}: components.web.inputs.cpu"),
    ),
    History(
        "value of a tier, of another type",
        lambda it: it.edit(TIER1, "      cpu: 2048 # 2 vCPU", '      cpu: "2048"'),
        only("tier1", Kind.RENDER, f"{TIER1}: components.web.inputs.cpu"),
        loads=False,  # a string is no number
    ),
    History(
        "value of a tier, written differently",
        lambda it: it.edit(TIER1, "  tier: tier1", '  "tier": >-\n    tier1'),
        only("tier1", Kind.NONE, f"{TIER1}: comments, or what is overridden or left out"),
    ),
    History(
        "input of a tier that is null",
        lambda it: it.edit(TIER1, "  web:\n    inputs:\n", "  web:\n    inputs:\n      blue_green: null\n"),
        only("tier1", Kind.NONE, f"{TIER1}: comments, or what is overridden or left out"),
        loads=False,  # an input that the module does not have, even as null
    ),
    History(
        "value of the base",
        lambda it: it.edit(CAMPUS, "app_port: 8443", "app_port: 9443"),
        both(Kind.RENDER, f"{CAMPUS}: locals.app_port"),
    ),
    History(
        "value of the base that both tiers override",
        lambda it: it.edit(CAMPUS, "  tier: base", "  tier: foundation"),
        both(Kind.NONE, f"{CAMPUS}: comments, or what is overridden or left out"),
    ),
    History(
        "value of the base that one tier overrides",
        lambda it: it.edit(CAMPUS, "{type: canary, percentage: 10, interval", "{type: canary, percentage: 20, interval"),
        {
            "tier1": (Kind.RENDER, (f"{CAMPUS}: components.release.inputs.traffic",)),
            "tier2": (Kind.NONE, (f"{CAMPUS}: comments, or what is overridden or left out",)),
        },
    ),
    History(
        "default of the base",
        lambda it: it.edit(CAMPUS, "defaults:\n", "defaults:\n  container_insights: disabled\n"),
        both(Kind.RENDER, f"{CAMPUS}: components.web.inputs.container_insights"),
    ),
    History(
        "default of the base that its only component overrides",
        lambda it: it.edit(CAMPUS, "defaults:\n", "defaults:\n  port: 9000\n"),
        both(Kind.RENDER, f"{CAMPUS}: the order of what is rendered"),  # defaults are rendered first
    ),
    History(
        "default of the base that no module takes",
        lambda it: it.edit(CAMPUS, "defaults:\n", "defaults:\n  nobody: 1\n"),
        both(Kind.RENDER, f"{CAMPUS}: defaults.nobody"),
        loads=False,
    ),
    History(
        "base, comments only",
        lambda it: it.edit(CAMPUS, "components:\n", "# All parts.\ncomponents: # named\n"),
        both(Kind.NONE, f"{CAMPUS}: comments, or what is overridden or left out"),
    ),
    History(
        "base, spacing only",
        lambda it: retype(it, CAMPUS, lambda text: text.replace("\n  ", "\n    ").replace("\n\n", "\n\n\n")),
        both(Kind.NONE, f"{CAMPUS}: comments, or what is overridden or left out"),
        loads=False,  # the block scalars move with the rest
    ),
    History(
        "base, another order",
        lambda it: it.edit(CAMPUS, "  tier: base\n  app_port: 8443\n", "  app_port: 8443\n  tier: base\n"),
        both(Kind.RENDER, f"{CAMPUS}: the order of what is rendered"),
    ),
    History("base renamed with the references to it", base_renamed, {
        "tier1": (Kind.NONE, (f"{TIER1}: comments, or what is overridden or left out",
                              "blueprints/school.yaml: new, and says nothing else",
                              f"{CAMPUS}: removed, and nothing is missing")),
        "tier2": (Kind.NONE, (f"{TIER2}: comments, or what is overridden or left out",
                              "blueprints/school.yaml: new, and says nothing else",
                              f"{CAMPUS}: removed, and nothing is missing")),
    }),
    History("base split in two", split_base, both(
        Kind.NONE,
        f"{CAMPUS}: comments, or what is overridden or left out",
        "blueprints/outputs.yaml: new, and says nothing else",
    )),
    History(
        "blueprint renamed",
        lambda it: it.move(TIER1, "blueprints/small.yaml"),
        {
            "small": (Kind.ADDED, (f"blueprints/small.yaml: was {TIER1}",)),
            "tier1": (Kind.REMOVED, (f"{TIER1}: now blueprints/small.yaml",)),
            "tier2": NONE,
        },
    ),
    History(
        "blueprint removed",
        lambda it: it.path(TIER2).unlink(),
        {"tier1": NONE, "tier2": (Kind.REMOVED, (f"{TIER2}: removed",))},
    ),
    History(
        "blueprint added",
        lambda it: it.add("blueprints/tier3.yaml", "extends: campus\nname: third-tier\nlocals: {tier: tier3}\n"),
        {"tier1": NONE, "tier2": NONE, "tier3": (Kind.ADDED, ("blueprints/tier3.yaml: new",))},
        loads=False,  # campus alone has no sizes
    ),
    History(
        "blueprint added that extends a tier",
        lambda it: it.add("blueprints/site.yaml", "extends: tier1\nname: campus-north\n"),
        {"site": (Kind.ADDED, ("blueprints/site.yaml: new",)), "tier1": NONE, "tier2": NONE},
    ),
    History(
        "blueprint that no longer is YAML",
        lambda it: it.add(TIER1, "a: {\n"),
        only("tier1", Kind.RENDER, f"{TIER1}:{LENGTH + 2}:1: not valid YAML: did not find expected node content"),
        loads=False,
    ),
    History(
        "blueprint that extends nothing",
        lambda it: it.edit(TIER1, "extends: campus", "extends: campsite"),
        only("tier1", Kind.RENDER, f'{TIER1}: there is no blueprint "campsite" to extend'),
        loads=False,
    ),
    History(
        "traffic",
        lambda it: it.edit(TIER1, "edge_share: 0.95", "edge_share: 0.9"),
        only("tier1", Kind.PRICE, f"{TIER1}: traffic.edge_share"),
    ),
    History(
        "budget",
        lambda it: it.edit(TIER2, "given_usd: 485", "given_usd: 500"),
        only("tier2", Kind.PRICE, f"{TIER2}: budget.given_usd"),
    ),
    History(
        "objective",
        lambda it: it.edit(TIER2, "monthly_usd: 775", "monthly_usd: 800"),
        only("tier2", Kind.RENDER, f"{TIER2}: objectives"),  # the budget's alarm is of it
    ),
    History(
        "waiver of a tier",
        lambda it: retype(it, TIER1, lambda text: text.replace('expires: "2027-11-30"', 'expires: "2027-12-31"', 1)),
        only("tier1", Kind.JUDGE, f"{TIER1}: components.network.waivers.nat_address"),
    ),
    History(
        "waiver of the base",
        lambda it: it.edit(CAMPUS, "check: CKV_AWS_338", "check: CKV_AWS_339"),
        both(Kind.JUDGE, f"{CAMPUS}: waivers.log_retention"),
    ),
    History("price book", price_raised, both(Kind.PRICE, "generator/prices/book.json: the price book")),
    History("price book, spacing only", book_reformatted, both(Kind.NONE)),
    History(
        "calibration",
        lambda it: it.add("blueprints/calibration.yaml", "calibration: 1\n"),
        both(Kind.PRICE, "blueprints/calibration.yaml: what a vCPU answers"),
    ),
    History(
        "generator, what renders",
        lambda it: it.edit("generator/render/root.py", '">= 1.11, < 2.0"', '">= 1.12, < 2.0"'),
        both(Kind.RENDER, "generator/render/root.py: the generator"),
        loads=False,
    ),
    History(
        "generator, a template",
        lambda it: it.add("generator/render/templates/main.tf.j2", "\n"),
        both(Kind.RENDER, "generator/render/templates/main.tf.j2: the generator"),
        loads=False,
    ),
    History(
        "generator, what judges",
        lambda it: it.add("generator/gate/judge.py", "\nMORE = 1\n"),
        both(Kind.JUDGE, "generator/gate/judge.py: the generator"),
    ),
    History(
        "generator, comments only",
        lambda it: retype(it, "generator/render/root.py", lambda text: f"# First.\n{text}".replace("\n\n\n", "\n\n")),
        both(Kind.NONE),
    ),
    History("generator, what reports", lambda it: it.add("generator/report/console.py", "MORE = 1\n"), both(Kind.NONE)),
    History(
        "Checkov",
        lambda it: it.add("requirements-checkov.lock", "another==1.0\n"),
        both(Kind.JUDGE, "requirements-checkov.lock: Checkov"),
    ),
    History("schema of the blueprints", lambda it: it.add("blueprints/blueprint.schema.json", "\n"), both(Kind.NONE)),
    History("much at once", all_of_it, {
        "tier1": (Kind.RENDER, (f"{TIER1}: components.web.inputs.cpu", "policies/log_retention.py: the policies")),
        "tier2": (Kind.RENDER, (f"{TIER2}: traffic.outbound_gb", "modules/waf/main.tf: locals",
                                "policies/log_retention.py: the policies")),
    }),
]  # fmt: skip
