"""The reports of the sandbox as SQL over rows, in DuckDB: an independent way to the same figures.

The sandbox counts over columns in numpy; every figure that it counts is compared with what these
statements say. They share the reading of a request with it, and nothing that counts.
"""

from support.sandbox_oracle.statements import Oracle

__all__ = ["Oracle"]
