"""Asking tools over GraphQL: shared by the connectors of tools that speak it."""
