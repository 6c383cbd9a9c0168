"""The gate: Checkov and our policies over any plans, judged closed; findings, waivers and reports."""
