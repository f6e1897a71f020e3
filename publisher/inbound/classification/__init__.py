"""The kind of a mail, told from its bytes: bounce, complaint, request or automatic answer."""
