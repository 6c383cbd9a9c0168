"""Composition: what is checked before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.blueprint import load_blueprint
from generator.catalog import load_catalog
from generator.compose import Composition, compose
from generator.compose.explain import explain
from generator.diagnostics import BlueprintError
from generator.render import provenance, render

STORE = """\
variable "name" {
  description = "Prefix."
  type        = string
}
variable "clients" {
  description = "Groups that may reach it."
  type        = map(string)
  default     = {}
}
variable "size" {
  description = "How big."
  type = object({
    cpu    = number
    memory = optional(number, 4)
  })
  default = { cpu = 1 }
}
resource "aws_security_group" "this" {
  name = var.name
}
resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each          = var.clients
  security_group_id = aws_security_group.this.id
  description       = each.value
}
output "group_id" {
  value = aws_security_group.this.id
}
output "rule_ids" {
  value = [for rule in aws_vpc_security_group_ingress_rule.this : rule.id]
}
output "token" {
  value     = var.name
  sensitive = true
}
"""
LOCK = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n}\n'
HEAD = "name: campus\nregion: us-east-1\ndefaults: {name: x}\n"


@pytest.fixture
def composed(tmp_path: Path):
    (tmp_path / "modules" / "store").mkdir(parents=True)
    (tmp_path / "modules" / "store" / "main.tf").write_text(STORE)
    (tmp_path / "modules" / ".terraform.lock.hcl").write_text(LOCK)

    def make(text: str) -> Composition:
        (tmp_path / "b.yaml").write_text(HEAD + text)
        catalog = load_catalog(tmp_path / "modules", tmp_path / "catalog.json")
        return compose(load_blueprint(tmp_path / "b.yaml", tmp_path), catalog)

    return make


def faults(composed, text: str) -> list[str]:
    with pytest.raises(BlueprintError) as caught:
        composed(text)
    return [
        f"{item.mark.line - 3}:{item.mark.column} {item.message} | {item.remedy}" for item in caught.value.diagnostics
    ]


def test_modules_may_refer_to_one_another_where_terraform_finds_an_order(composed) -> None:
    text = 'components:\n  a: {module: store, inputs: {clients: {b: "${b.group_id}"}}}\n  b: {module: store, inputs: {clients: {a: "${a.group_id}"}}}\n'
    assert [call.name for call in composed(text).calls] == ["a", "b"]


def test_a_real_circle_is_reported_with_its_path(composed) -> None:
    text = 'components:\n  a: {module: store, inputs: {name: "x${b.rule_ids[0]}"}}\n  b: {module: store, inputs: {clients: {a: "${a.group_id}"}}}\n'
    [fault] = faults(composed, text)
    assert "references go round in a circle: a.name -> b.rule_ids -> b.clients -> a.group_id -> a.name" in fault


def test_several_faults_are_reported_together_in_order(composed) -> None:
    text = "components:\n  a:\n    module: stor\n  b:\n    module: store\n    inputs: {nam: x, size: {cpu: two, disk: 1}, clients: [x]}\n"
    assert faults(composed, text) == [
        '3:13 component "a": there is no module "stor" | did you mean "store"?',
        '6:14 component "b": module "store" has no input "nam" | did you mean "name"?',
        "6:34 b.size.cpu is a number, not a string | write a number without quotes",
        '6:39 b.size has no attribute "disk" | known here: cpu, memory',
        "6:58 b.clients is a map, not a list | write a map: `key: value` lines, indented",
    ]


def test_a_reference_of_the_wrong_type_is_refused(composed) -> None:
    text = 'components:\n  a: {module: store, inputs: {name: "${b.rule_ids}", clients: "${b.group_id}"}}\n  b: {module: store}\n'
    found = faults(composed, text)
    assert "a.name is a string, but ${b.rule_ids} gives a list" in found[0]
    assert "a.clients is a map, but ${b.group_id} gives a string" in found[1]


def test_a_number_is_no_string_and_the_remedy_shows_the_quotes(composed) -> None:
    [fault] = faults(composed, "components:\n  a: {module: store, inputs: {name: 16.10}}\n")
    assert fault.endswith(
        'a.name is a string, not a number | write a string, in quotes if it looks like a number or true/false: "16.10"'
    )


def test_a_sensitive_output_makes_the_root_output_sensitive(composed) -> None:
    text = 'components:\n  a: {module: store}\noutputs: {plain: "${a.group_id}", secret: {value: ["${a.token}"]}}\n'
    assert [(item.name, item.sensitive) for item in composed(text).outputs] == [("plain", False), ("secret", True)]


def test_a_renamed_component_yields_a_moved_block(composed, tmp_path: Path) -> None:
    composition = composed("components:\n  a: {module: store, moved_from: [old, older]}\n")
    text = render(composition, load_catalog(tmp_path / "modules", tmp_path / "catalog.json"))["moved.tf"].decode()
    assert (
        "moved {\n  from = module.old\n  to   = module.a\n}\n\nmoved {\n  from = module.older\n  to   = module.a\n}\n"
        in text
    )


def test_each_rendered_argument_knows_its_blueprint_line(composed, tmp_path: Path) -> None:
    composition = composed("components:\n  a:\n    module: store\n    inputs:\n      size: {cpu: 2}\n")
    files = render(composition, load_catalog(tmp_path / "modules", tmp_path / "catalog.json"))
    place = provenance(composition, files)["a.size"]
    assert place["blueprint"].endswith("b.yaml:8:13")
    assert files["main.tf"].decode().splitlines()[int(place["line"]) - 1] == "  size = {"


def test_explain_names_the_file_that_set_a_value_and_what_it_replaced(composed, tmp_path: Path) -> None:
    composed("components:\n  a: {module: store, inputs: {size: {cpu: 2}}}\n")
    (tmp_path / "t.yaml").write_text("extends: b\ncomponents: {a: {inputs: {size: {cpu: 4}}}}\n")
    catalog = load_catalog(tmp_path / "modules", tmp_path / "catalog.json")
    lines = explain("a.size.cpu", load_blueprint(tmp_path / "t.yaml", tmp_path), catalog)
    assert lines[0] == "a.size.cpu = 4"
    assert lines[1].endswith("t.yaml:2:39")
    assert lines[2].split()[:2] == ["replacing", "2"]
    assert lines[2].endswith("b.yaml:5:43")
    assert "modules/store/main.tf:10" in lines[3]


def test_the_catalog_is_read_again_only_where_a_module_changed(composed, tmp_path: Path, monkeypatch) -> None:
    composed("components:\n  a: {module: store}\n")
    monkeypatch.setattr("generator.catalog.store.read_module", lambda *_: pytest.fail("read again"))
    composed("components:\n  a: {module: store}\n")
    monkeypatch.undo()
    (tmp_path / "modules" / "store" / "more.tf").write_text('variable "more" {\n  type = string\n}\n')
    assert "lacks the input" in faults(composed, "components:\n  a: {module: store}\n")[0]
