"""Pages of letters, dossiers, visits and pairings, one module per noun."""
