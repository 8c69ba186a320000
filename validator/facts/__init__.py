"""Facts: everything a rule may ask, worked out beforehand as flat typed attributes."""
