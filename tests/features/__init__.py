"""The features of the reference architecture by tier: what proves each on the plan, and what takes it out again."""
