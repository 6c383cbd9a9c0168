"""From blueprint and catalog to a composition: everything is checked before anything is written."""

from __future__ import annotations

from generator.blueprint.document import Node
from generator.blueprint.model import Blueprint, Component, Variable
from generator.blueprint.references import Template
from generator.catalog import Catalog, Module
from generator.catalog.types import ANY, TypeSyntaxError, parse_type
from generator.compose import circles
from generator.compose.conform import conform
from generator.compose.model import ACCOUNTS, Argument, Composition, ModuleCall, RootOutput, RootVariable, Value
from generator.compose.scope import PREDEFINED, Scope, node_type
from generator.diagnostics import Problems, nearest


def compose(blueprint: Blueprint, catalog: Catalog) -> Composition:
    """Return the composition of `blueprint` over the modules of `catalog`.

    Raises BlueprintError with every unknown name, missing input, wrong type and circle that was found.
    """
    problems = Problems()
    scope = Scope(blueprint, catalog, problems)
    calls = tuple(_call(component, scope) for component in blueprint.components.values())
    _check_defaults(blueprint, catalog, problems)
    _check_former_names(blueprint, problems)
    composition = Composition(
        tier=blueprint.tier,
        source=blueprint.source,
        name=str(blueprint.name.value),
        description=blueprint.description,
        region=str(blueprint.region.value),
        tags=bool(blueprint.tags),
        locals=_locals(scope),
        variables=(*_accounts(blueprint), *(_variable(item, scope) for item in blueprint.variables.values())),
        calls=calls,
        outputs=_outputs(scope),
        blueprint=blueprint,
    )
    circles.check(blueprint, catalog, scope.locals, problems)
    problems.raise_if_any()
    return composition


def _call(component: Component, scope: Scope) -> ModuleCall:
    module = scope.catalog.get(component.module)
    if module is None:
        message = f'component "{component.name}": there is no module "{component.module}"'
        scope.problems.add(component.module_mark, message, nearest(component.module, scope.catalog.modules))
        return ModuleCall(component.name, component.module, (), (), component.moved_from, component.mark)
    given = given_inputs(component, module, scope.blueprint.defaults)
    for name in component.inputs.keys:
        if name not in module.inputs:
            message = f'component "{component.name}": module "{module.name}" has no input "{name}"'
            scope.problems.add(component.inputs.keys[name], message, nearest(name, module.inputs))
    for item in module.inputs.values():
        if item.required and item.name not in given:
            message = f'component "{component.name}" lacks the input "{item.name}" of module "{module.name}"'
            remedy = f"add `{item.name}:` ({parse_type(item.type)}): {item.description.rstrip('.')}"
            scope.problems.add(component.mark, message, remedy)
    for name, node in given.items():
        conform(node, parse_type(module.inputs[name].type), f"{component.name}.{name}", scope.type_of, scope.problems)
    arguments = tuple(Argument(name, scope.value(node), node.mark) for name, node in given.items())
    return ModuleCall(component.name, module.name, arguments, module.aliases, component.moved_from, component.mark)


def given_inputs(component: Component, module: Module, defaults: Node | None) -> dict[str, Node]:
    """Return the inputs that are set, by name: the component's own, then the blueprint's defaults for the rest."""
    given = {name: node for name, node in defaults.items() if name in module.inputs} if defaults else {}
    own = {name: node for name, node in component.inputs.items() if node.value is not None and name in module.inputs}
    return given | own


def _check_defaults(blueprint: Blueprint, catalog: Catalog, problems: Problems) -> None:
    if blueprint.defaults is None:
        return
    modules = [catalog.get(component.module) for component in blueprint.components.values()]
    known = {name for module in modules if module for name in module.inputs}
    for name, node in blueprint.defaults.items():
        if known and node.value is not None and name not in known:
            mark = blueprint.defaults.keys[name]
            problems.add(mark, f'no component has an input "{name}" to take this default', nearest(name, known))


def _check_former_names(blueprint: Blueprint, problems: Problems) -> None:
    taken: dict[str, str] = {}
    for component in blueprint.components.values():
        for former in component.moved_from:
            if former in blueprint.components:
                message = f'component "{component.name}" cannot have moved from "{former}": that component exists'
                problems.add(component.mark, message, "name the component that is gone")
            elif former in taken:
                message = f'"{former}" became both "{taken[former]}" and "{component.name}"'
                problems.add(component.mark, message, "keep one `moved_from`")
            taken[former] = component.name


def _locals(scope: Scope) -> dict[str, Value]:
    if scope.blueprint.tags:
        conform(scope.blueprint.tags, parse_type("map(string)"), "tags", scope.type_of, scope.problems)
    for name, node in scope.blueprint.locals.items():
        if name in PREDEFINED:
            scope.problems.add(node.mark, f'the local "{name}" is there already', "choose another name")
        conform(node, ANY, f"local.{name}", scope.type_of, scope.problems)
    return {name: scope.value(node) for name, node in scope.locals.items()}


def _accounts(blueprint: Blueprint) -> list[RootVariable]:
    """Return the variable that keeps a deployment from reaching another account: a run on the emulator sets it."""
    if blueprint.account_id is None:
        return []
    text = "Accounts that this deployment may touch: the provider refuses any other."
    return [RootVariable(ACCOUNTS, "list(string)", text, [blueprint.account_id], has_default=True, sensitive=False)]


def _variable(variable: Variable, scope: Scope) -> RootVariable:
    kind, node = node_type(variable.default), variable.default
    if variable.type is not None:
        try:
            kind = parse_type(variable.type)
        except TypeSyntaxError as error:
            remedy = "write a Terraform type: string, number, bool, list(string), map(string)"
            scope.problems.add(variable.type_mark, f'variable "{variable.name}": {error}', remedy)
    value: Value = None
    if node is not None and node.value is not None:
        conform(node, kind, f"var.{variable.name}", scope.type_of, scope.problems)
        value = scope.value(node)
        if any(True for _ in circles.references(node)):
            scope.problems.add(node.mark, "a variable's default is a plain value", "use `locals:` for references")
    text = variable.type or (str(kind) if kind.kind in ("string", "number", "bool") else "any")
    return RootVariable(variable.name, text, variable.description, value, node is not None, variable.sensitive)


def _outputs(scope: Scope) -> tuple[RootOutput, ...]:
    found = []
    for output in scope.blueprint.outputs.values():
        conform(output.value, ANY, f"outputs.{output.name}", scope.type_of, scope.problems)
        value = scope.value(output.value)
        found.append(RootOutput(output.name, value, output.description, _sensitive(value, scope)))
    return tuple(found)


def _sensitive(value: Value, scope: Scope) -> bool:
    """Say whether a value holds a sensitive output or variable: Terraform then wants the root output so marked."""
    if isinstance(value, dict):
        return any(_sensitive(item, scope) for item in value.values())
    if isinstance(value, list):
        return any(_sensitive(item, scope) for item in value)
    if not isinstance(value, Template):
        return False
    for reference in value.references():
        name = str(reference.steps[0]) if reference.steps else ""
        variable = scope.blueprint.variables.get(name) if reference.root == "var" else None
        component = scope.blueprint.components.get(reference.root)
        module = scope.catalog.get(component.module) if component else None
        output = module.outputs.get(name) if module else None
        if (variable and variable.sensitive) or (output and output.sensitive):
            return True
    return False
