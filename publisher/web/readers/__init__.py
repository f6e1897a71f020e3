"""What readers do for themselves: subscribe, confirm, change, pause, leave, see and erase.

GET shows and POST acts, everywhere: mail scanners follow every link. `guards` tells people from
floods, `forms` reads what was chosen, `asking` puts requests into the store many at a time.
"""
