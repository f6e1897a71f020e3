"""The web app: what `publisher serve` does."""
