"""Copies of the figures that papers name: fetched, made small and kept in the cache.

    figure_cache        the copies, by content, and what is known of each address
    download            one figure over HTTP, within limits of time and size
    conversion          its bytes as WebP in two sizes
    update              fetches what is missing, politely, for a bounded time
    copied_collection   papers with the addresses of copies in place of those in digests

A figure without a copy is shown from its host. Mails keep the digests' addresses, as classic
Outlook shows no WebP.
"""
