"""Statistics of reader apps that poll the feeds, without any personal data.

`user_agents` recognises the app, `counter` counts in memory, `flush` writes to the store.
"""
