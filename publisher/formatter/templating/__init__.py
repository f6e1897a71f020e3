"""Templates: their folders, environment and filters."""
