"""How OKR for Jira is asked: by dates, for it has no pages."""
