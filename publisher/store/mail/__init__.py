"""Single mails that are to go, and what was read in the operator's mailbox."""
