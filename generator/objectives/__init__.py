"""Whether a deployment keeps its promises: capacity, response time and availability, as pure functions of numbers."""
