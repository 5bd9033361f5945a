"""Every write of this app."""

from archives.actions import dossiers, letters, pairing, papers, visits

__all__ = ["dossiers", "letters", "pairing", "papers", "visits"]
