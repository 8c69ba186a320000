"""Weights that were fitted offline: see `benchmarks.detection.fit`."""
