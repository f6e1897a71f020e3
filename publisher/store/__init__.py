"""The store: subscribers and the ledger of deliveries, in SQLite or another database by URL.

`database.open_store` opens it. The store knows none of the other rooms; the sender states what it
needs as small Protocols, which the parts of the store satisfy.
"""
