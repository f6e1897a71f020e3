"""Places that mails are read from: IMAP folders and Maildirs."""
