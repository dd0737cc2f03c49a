"""What is said of each system, checked against the containers that run."""
