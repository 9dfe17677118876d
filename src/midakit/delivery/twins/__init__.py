"""Where the asynchronous and the blocking delivery client differ: `aio` and `threads` hold equal names."""
