"""Messages: the bytes of an edition, built once, and what is spliced in for each recipient."""
