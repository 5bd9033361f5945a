"""Writes of rosters, publicity, batches and the bank; papers handed out."""

from disbursement.actions import bank, batches, drafting, filing, printing, publicity, rosters

__all__ = ["bank", "batches", "drafting", "filing", "printing", "publicity", "rosters"]
