"""Papers for families and for the archive."""
