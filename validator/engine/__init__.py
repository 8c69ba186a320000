"""Engines: the same conditions, judged by durable_rules or, where it cannot be had, by plain Python."""
