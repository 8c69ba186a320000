"""What the two Viva Goals connectors share: the words of an organisation, and its values."""
