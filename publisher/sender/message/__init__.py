"""Messages: an edition is built once, and the values of each recipient are spliced in."""
