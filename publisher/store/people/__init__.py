"""People: subscribers, what they agreed to, and who must get no mail."""
