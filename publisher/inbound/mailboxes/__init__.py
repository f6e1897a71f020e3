"""Mailboxes: IMAP folders and Maildirs."""
