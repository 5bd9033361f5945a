"""Every write of this app."""

from archives.actions import activities, closing, dossiers, letters, pairing, papers, visits

__all__ = ["activities", "closing", "dossiers", "letters", "pairing", "papers", "visits"]
