"""Training, export and golden values of the networks lambdascope runs."""
