"""The operator's pages under /operator/: digests, issues, deliveries and subscribers.

`auth` lets only operators in; the handlers behind it are plain functions that run in threads, as
they read the store. `dashboard_cache` keeps values that take long to compute.
"""
