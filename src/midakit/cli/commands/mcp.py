"""`midakit mcp`."""

import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from midakit.cli.input.arguments import Port
from midakit.cli.output.print_answer import note
from midakit.cli.support.interrupt import end_at_once
from midakit.cli.support.session import settings
from midakit.core.extras import need
from midakit.errors import InvalidRequest

PORT = 8765


def mcp(
    *,
    write: bool = False,
    sandbox: bool = False,
    folder: Path | None = None,
    http: bool = False,
    port: Port = PORT,
) -> int:
    """Let assistants and editors ask your experiments (Model Context Protocol).

    It speaks over stdin and stdout, as assistants expect; the key comes from the profile and is never told.
    It only reads, unless --write is given: then each change is planned first and done by the plan's id.

    $ midakit mcp --sandbox
    $ midakit mcp --profile shop --write
    $ midakit mcp --http --port 8765

    Args:
        write: Also offer tools that create and change experiments and goals.
        sandbox: Use made-up data of a sandbox that runs in this process: no account, no network.
        folder: Also offer to export reports as Parquet files into this folder.
        http: Speak streamable HTTP on this machine, at /mcp, instead of stdin and stdout.
        port: Port for --http; 0 takes any that is free (default 8765).
    """
    need("mcp.server.mcpserver", extra="mcp")
    import anyio

    if not http:  # a thread that reads stdin never hears of Ctrl-C; the server of HTTP does
        end_at_once()
    gone = False
    try:
        anyio.run(_serve, write, sandbox, folder, port if http else None)
    except* BrokenPipeError:  # the assistant has ended: nobody reads answers any more
        gone = True
    if gone:
        raise BrokenPipeError
    return 0


async def _serve(write: bool, sandbox: bool, folder: Path | None, port: int | None) -> None:
    from midakit import AsyncMida
    from midakit.mcp import build_server

    async with AsyncExitStack() as stack:
        options: dict[str, Any] = settings()
        if sandbox:
            from midakit.sandbox import Sandbox

            running = await stack.enter_async_context(Sandbox(seed=42))
            options = {
                "api_key": running.api_key,
                "project_key": running.project_key,
                "base_url": running.base_url,
            }
        mida = await stack.enter_async_context(AsyncMida(**options))
        server = build_server(mida, write=write, folder=folder)
        if port is None:
            await server.run_stdio_async()
            return
        port = _free_port(port)
        note(f"MCP at http://127.0.0.1:{port}/mcp; Ctrl-C ends it")
        await server.run_streamable_http_async(host="127.0.0.1", port=port)


def _free_port(wanted: int) -> int:
    """Return the port where it is free, and for 0 any that is; else say so before anybody is told of it."""
    with socket.socket() as probe:
        if os.name == "posix":  # as the server does: one that has just ended does not hold its port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise InvalidRequest("--port", f"{wanted} cannot be used: {error.strerror}") from None
        return int(probe.getsockname()[1])
