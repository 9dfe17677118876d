"""A Model Context Protocol server: ask your experiments from any assistant or editor.

    midakit mcp                 over stdin and stdout, read-only
    midakit mcp --sandbox       with made-up data, no account
    midakit mcp --http          streamable HTTP on this machine

`build_server(mida)` makes the same server from a client; it needs the extra `mcp`.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.mcp.server import build_server as build_server

__all__, __getattr__, __dir__ = lazy(__name__, {"server": "build_server"})
