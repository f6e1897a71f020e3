"""People: subscribers, their consent, and the addresses that get no mail."""
