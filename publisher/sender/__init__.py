"""The sender: who gets an issue, what each message holds, and how it leaves, once each.

`delivery.deliver` is the way in. Nothing here knows the other rooms; what it needs of the store is
the Protocol `delivery.Ledger`.
"""
