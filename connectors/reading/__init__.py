"""What the connectors share: readers for the general formats, and the words of the field."""
