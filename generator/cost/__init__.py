"""The cost of a plan, from the plan, the price book and the blueprint's traffic model; no network is asked.

uses (what a resource uses in a month) -> estimate (each priced, free or unpriced) -> commitments, remedies, optimum.
"""
