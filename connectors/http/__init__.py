"""The one seam to tools over HTTP: every source connector asks through it, and nothing else here opens a connection."""
