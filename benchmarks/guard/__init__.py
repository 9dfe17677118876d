"""A month of the guard on the sandbox's clock: false alarms, delays, and messages over kills.

account.py      experiments of known truth, as a data set that a sandbox loads
receivers.py    a webhook receiver and a mailbox, real servers
worker.py       one look in a process of its own, killed where it is told to be
month.py        day after day: move the clock, kill, look
findings.py     what came of it, held against the truth (pure)
__main__.py     the command: prints the tables, or writes them into the page
"""
