"""The store: subscribers and the ledger of deliveries, in SQLite or another database by URL.

`database.open_store` is the way in. Nothing here knows the other rooms; the sender states what it
needs as small Protocols, which the classes here satisfy.
"""
