"""The mapping language of the connector http-json: what to ask a tool, and which of its fields mean what."""
