"""Run in Checkov's environment: its own checks, and the YAML policies, on many mutants of one plan.

Standard input is JSON: `plan`, `schema` and `policies` are files and a folder, `mutants` lists of ids, each applied in turn.
Standard output has a JSON list for each: the [check, address] that fail in the mutant and not in the plan itself.
"""

from __future__ import annotations

import gc

gc.disable()

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from tests.strength.operators import mutants  # noqa: E402
from tests.strength.schema import Schema  # noqa: E402


def main() -> None:
    """Answer one request."""
    answer_to = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    document = json.loads(Path(request["plan"]).read_bytes())
    known = {
        mutant.id: mutant for mutant in mutants(document, Schema(json.loads(Path(request["schema"]).read_bytes())))
    }
    load_graph_policies(request["policies"])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        base = failing(document, file)
        for number, ids in enumerate(request["mutants"]):
            changed = document
            for id_ in ids:
                changed = known[id_].apply(changed)
            print(json.dumps(sorted(failing(changed, file) - base)), file=answer_to, flush=True)
            if number % 50 == 49:
                gc.collect()
    os._exit(0)


def load_graph_policies(folder: str) -> None:
    """Let Checkov's graph know the YAML policies; the Python ones are judged without it."""
    from checkov.common.checks_infra.registry import get_graph_checks_registry  # noqa: PLC0415

    registry = get_graph_checks_registry("terraform")
    registry.load_checks()
    registry.load_external_checks(folder)


def failing(document: Any, file: Path) -> set[tuple[str, str]]:
    """Return check and address of all that Checkov finds."""
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415
    from checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner import (  # noqa: PLC0415
        BaseTerraformCloudsplainingIAMScanner,
    )
    from checkov.terraform.plan_runner import Runner  # noqa: PLC0415

    BaseTerraformCloudsplainingIAMScanner.policy_document_cache.clear()
    file.write_text(json.dumps(document))
    report = Runner().run(files=[str(file)], runner_filter=RunnerFilter(framework=["terraform_plan"]))
    return {(record.check_id, record.resource) for record in report.failed_checks}


if __name__ == "__main__":
    main()
