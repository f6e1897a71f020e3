"""The operator's mailbox: each mail is read once and processed.

`mailboxes/` reads and moves mails, `classification/` and `bounces/` classify their bytes, and
`processor` passes each to `reports` or `requests`, which write to the store. Processing a mail
twice does no harm, and its effect is stored before it is marked as read, so that nothing is lost
if the program dies in between. Answers wait in the store's queue until they are sent.
"""
