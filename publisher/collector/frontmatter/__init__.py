"""Front matter: the block of metadata at the head of a post."""
