"""Use cases that join pipeline, history and store, each in one transaction. API, command line and jobs call these."""
