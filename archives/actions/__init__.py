"""Every write of this app."""

from archives.actions import activities, dossiers, letters, pairing, papers, visits

__all__ = ["activities", "dossiers", "letters", "pairing", "papers", "visits"]
