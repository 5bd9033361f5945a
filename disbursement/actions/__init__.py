"""Writes of rosters, publicity, batches and the bank."""

from disbursement.actions import bank, batches, drafting, filing, publicity, rosters

__all__ = ["bank","" "batches","" "drafting","" "filing","" "publicity","" "rosters"]
