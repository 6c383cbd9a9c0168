"""Reading Terraform's plan JSON."""

from generator.plan.reading import Change, Plan, parse_plan, read_plan

__all__ = ["Change", "Plan", "parse_plan", "read_plan"]
