"""Sends through httpx or httpx2: on trio, through proxies, under mocks, and with injected clients.

_async/transport.py   the transport, and its blocking twin in `_sync`
_async/guard.py       a network backend that holds its connections to our rules, and its twin
errors.py             one table: which of their errors is which of ours
library.py            which of the two libraries a client belongs to
"""
