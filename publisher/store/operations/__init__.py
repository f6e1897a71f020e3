"""Records of what runs by itself, of operators, and of feed polls."""
