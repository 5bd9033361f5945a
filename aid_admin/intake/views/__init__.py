"""The import wizard: choose, upload, read, check, commit, activate, undo, restore, discard."""
