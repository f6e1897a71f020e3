"""The operator's mailbox: each mail is read once, and what it asks for or reports is done.

Joins sender and store as `pipeline` joins all rooms; `room` reads, `reports` and `requests` act.
What a mail does can be done twice without
harm, and is in the store before the mail is marked: a program that dies in between does no harm.
Answers wait in the store until they are sent.
"""
