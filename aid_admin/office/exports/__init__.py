"""The four lists that prove a semester: comparison, entitlements, coverage, differences."""
