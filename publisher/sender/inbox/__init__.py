"""The operator's mailbox: what comes back, what people ask for, and everything else.

`classify` turns the bytes of a mail into a verdict and is pure; `handling` acts on it; `maildir`
and `imap` are where mails are.
"""
