"""Plan, apply and destroy: the steps in their order, with what is printed on the way."""
