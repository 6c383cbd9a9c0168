"""The next command, as the user calls tierform: through make or by itself."""

from __future__ import annotations

import os

from generator.workflow.terraform import Workbench


def hint(command: str, bench: Workbench, *options: str) -> str:
    """Return `command` for the deployment and target of `bench`, with `options`."""
    tier, target, folder = bench.deployment.composition.source, bench.target, bench.deployment.folder.name
    apart = folder != bench.deployment.composition.tier
    if "MAKELEVEL" in os.environ:
        words = [f"make {command} TIER={tier}"]
        words += [f"DEPLOYMENT={folder}"] if apart else []
        words += [] if target.local else [f"TARGET={target.name}"]
        words += [f'ARGS="{" ".join(options)}"'] if options else []
    else:
        words = [f"tierform {command} {tier}"]
        words += [f"--deployment {folder}"] if apart else []
        words += [] if target.local else [f"--target {target.name}"]
        words += options
    return " ".join(words)
