"""Whether a plan keeps what its blueprint promises: plan and traffic, put into the models of objectives."""
