"""What the service remembers: runs, findings and their life, waivers, decisions, keys and the audit trail.

SQLite by default, PostgreSQL by URL. Functions take a Connection first: the caller's open transaction.
"""
