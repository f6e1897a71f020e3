"""Single mails, the limits on them, and the record of the operator's mailbox."""
