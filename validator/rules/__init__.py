"""The rule language: YAML in, checked conditions over the vocabulary out."""
