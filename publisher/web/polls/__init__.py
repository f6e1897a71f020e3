"""Which reader apps ask for the feeds, and for how many people, without a trace of anybody.

`user_agents` says which app a User-Agent is of, `counter` counts.
"""
