"""Services: what the command line, the web app and automation call; they join the rooms."""
