"""The one door: an OKR set document, checked, normalised and made into frozen data."""
