"""Connectors: one module a source, each mapping what it reads to the neutral OKR set document."""
