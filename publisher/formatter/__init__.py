"""The formatter: feeds, pages, citations and email, and the site that is built of them."""
