"""What becomes of findings between runs: their life, its causes, waivers, decisions, deadlines. Pure functions over plain data."""
