"""Reads arXiv's announcements: listings, the export API for details, RSS where all else fails."""
