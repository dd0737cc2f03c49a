"""The contract: what every service answers, how that is checked, and what is published of it."""
