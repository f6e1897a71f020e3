"""The sender: builds the messages of an issue and delivers each at most once.

`delivery.deliver` is the entry point. Nothing here imports the other rooms; the protocol
`delivery.ledger.DeliveryStore` lists what it needs of the store.
"""
