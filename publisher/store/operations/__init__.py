"""Records of scheduled tasks, operators and feed polls; statistics, and what is deleted when."""
