"""The only place where asynchronous and blocking code differ.

`aio` and `threads` are written by hand and hold the same names; renaming one module into the other
changes code from one form to the other. Both keep this contract:

- `fan_out` keeps the order of the items, runs at most `limit` at once, raises the first failure bare
  and stops the rest (tasks at once, threads before they start);
- `stream` hands out results as they finish and holds at most `limit` of them;
- work runs in a copy of the caller's context.
"""
