"""Templates: where they are, how they fail, and the filters they may use."""
