"""The sandbox's server: a detail read against a bare ASGI app, and start to first answer.

    python -m benchmarks.sandbox_server [--seconds 2] [--rounds 3]

Both servers are processes of their own on the same uvicorn protocol; four client processes send
over kept connections.
"""

import argparse
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from benchmarks import harness
from benchmarks.harness import Row, interleaved
from benchmarks.tables.spreads import divided

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
CLIENTS = 4
BARE = """
import sys, uvicorn
from midakit.sandbox.faults.protocol import SandboxProtocol
from midakit.sandbox.server.uvicorn_server import bind
body = b"x" * 1100
head = {"type": "http.response.start", "status": 200, "headers": [
    (b"content-type", b"application/json"), (b"content-length", b"1100")]}
async def app(scope, receive, send):
    await send(head)
    await send({"type": "http.response.body", "body": body})
listener = bind("127.0.0.1", 0)
print("bare at", "http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
config = uvicorn.Config(app, http=SandboxProtocol, ws="none", loop="asyncio", lifespan="off",
                        log_config=None, access_log=False)
uvicorn.Server(config).run(sockets=[listener])
"""
SERVE = ["-m", "midakit.sandbox", "serve", "--port", "0", "--visitors", "1000"]


def start(*arguments):
    """Start a server process and return it with its address."""
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    return process, process.stdout.readline().split()[-1]


def stop(process):
    process.terminate()
    process.wait()
    process.stdout.close()


def client(address, request, seconds, answers):
    """Send the same request over one connection and count whole answers."""
    host, port = address.removeprefix("http://").split(":")
    count = 0
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            connection.sendall(request)
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
            head, _, body = received.partition(b"\r\n\r\n")
            assert b" 200 " in head.split(b"\r\n")[0], head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            while len(body) < length:
                body += connection.recv(65536)
            count += 1
    answers.put(count)


def rate(address, path, seconds):
    """Return the answers per second of four clients."""
    request = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: sandbox\r\n\r\n".encode()
    answers = multiprocessing.Queue()
    clients = [
        multiprocessing.Process(target=client, args=(address, request, seconds, answers))
        for _ in range(CLIENTS)
    ]
    for process in clients:
        process.start()
    total = sum(answers.get() for _ in clients)
    for process in clients:
        process.join()
    return total / seconds


def first_answer(*extra):
    """Return the seconds from starting the process to a healthy answer."""
    started = time.perf_counter()
    process, address = start(*SERVE, *extra)
    with urllib.request.urlopen(f"{address}/__sandbox__/health") as answer:
        assert answer.status == 200
    seconds = time.perf_counter() - started
    stop(process)
    return seconds


def cpu_until_ready():
    """Return the processor time that a sandbox of the usual size takes until it answers."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        process, _ = start("-m", "midakit.sandbox", "--port", "0", "--ready-file", str(ready))
        while not ready.exists():
            time.sleep(0.01)
        times = psutil.Process(process.pid).cpu_times()
        stop(process)
        return times.user + times.system


def bare_python():
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import starlette.applications, uvicorn, numpy"],
                   check=True, env=ENVIRONMENT)  # fmt: skip
    return time.perf_counter() - started


def reads(seconds, rounds):
    """Measure a detail read of an experiment, against an app that does nothing."""
    sandbox, address = start(*SERVE)
    bare, bare_address = start("-c", BARE)
    try:
        with urllib.request.urlopen(f"{address}/__sandbox__/meta") as answer:
            project = json.load(answer)["projects"][0]["project_key"]
        path = f"/v2/project/{project}/experiment/1001"
        works = {
            name: lambda where=where: rate(where, path, seconds)
            for name, where in (("ours", address), ("bare", bare_address))
        }
        return interleaved(works, rounds)
    finally:
        stop(sandbox)
        stop(bare)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    given = harness.options(parser)
    read = reads(given.seconds, given.rounds)
    begun = interleaved({"ours": first_answer, "bare": bare_python}, given.rounds)
    rows = [
        Row("detail reads a second", "a bare ASGI app", divided(read["ours"], read["bare"]),
            at_least=0.6),
        Row("processor time until it is ready, 10,000 visitors, 0.5 s", "the goal",
            [took / 0.5 for took in interleaved({"ours": cpu_until_ready}, given.rounds)["ours"]],
            at_most=1),
        Row("start to first answer, 1,000 visitors seeded, seconds", "importing its libraries",
            divided(begun["ours"], begun["bare"])),
    ]  # fmt: skip
    harness.tell("The sandbox's server", rows, "The sandbox's over theirs.")


if __name__ == "__main__":
    main()
