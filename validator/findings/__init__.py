"""Findings: what fired, about what, why, and what to do; and the verdict over all of them."""
