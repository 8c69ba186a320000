"""Validates OKR sets: facts are worked out, declarative rules judge them, findings say why and what to do."""

__version__ = "0.1.0"
