"""Texts as vectors: what means nearly the same lies near; optional, from a model on disk, with nothing downloaded."""
