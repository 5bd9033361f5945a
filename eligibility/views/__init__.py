"""Pages of comparison, coverage, entitlement and applications."""
