"""Every write of this app."""

from archives.actions import dossiers, letters, pairing, visits

__all__ = ["dossiers", "letters", "pairing", "visits"]
