"""Rules of rosters, publicity, batches, payments and returns. Pure: no database, no clock."""
