"""One file a migration, in order. A released one is never edited."""
