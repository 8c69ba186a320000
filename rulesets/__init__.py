"""The rulesets, their examples and the failure table: data that admins edit, no code."""
