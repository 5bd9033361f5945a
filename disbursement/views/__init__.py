"""Pages of rosters, publicity, objections, batches, payments and accounts."""
