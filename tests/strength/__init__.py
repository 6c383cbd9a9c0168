"""How strong the gate is, measured: single faults in the tiers' real plans, and which of them it catches."""
