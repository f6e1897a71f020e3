"""The tables of the store. A change here needs a new file in migrations/versions."""
