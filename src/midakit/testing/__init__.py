"""Tools for tests of code that calls Mida.

plugin.py      pytest's fixtures: a sandbox, and clients of it
client_end.py  how a fixture that is no coroutine closes an asynchronous client
routes.py      a transport that answers calls without a server
cassettes.py   a transport that records and replays; exchanges.py is what its file holds
asked.py       requests as tests compare them
checks/        the statistics and the sandbox against files of reference cases
"""
