"""Services: the tasks that the command line, the web app and automation share.

The only room that knows all others. A service imports a heavy room inside the function that uses
it, so that a build pays for no database and a status for no parser.
"""
