"""What the wording of objectives and key results says: measures, tasks, empty phrases, reliance on other teams."""
