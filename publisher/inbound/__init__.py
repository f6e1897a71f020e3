"""The operator's mailbox: each mail is read once, and is acted on.

`mailboxes/` read and move mails, `classification/` and `bounces/` tell from the bytes of a mail
what it is, `processor` passes each mail to `reports` and `requests`, which write to the store. A
mail can be acted on twice without harm, and its effect is stored before it is marked as read, so
a program that dies in between loses nothing. Answers wait in the store's queue until they are sent.
"""
