"""A server as cheap as can be for `benchmarks.delivery`: the endpoints of Mida, GrowthBook and PostHog.

    python -m benchmarks.delivery_server        prints its port

What begins with `/hang`, `/reset` or `/drip` never gets a whole answer.
"""

import asyncio
import json
import socket
import struct

GROWTHBOOK = {
    "features": {
        "homepage-headline": {
            "defaultValue": "Control",
            "rules": [
                {
                    "variations": ["Control", "Variant 1"],
                    "weights": [0.5, 0.5],
                    "coverage": 1,
                    "hashAttribute": "id",
                }
            ],
        }
    }
}
POSTHOG = {
    "flags": {
        "homepage-headline": {
            "key": "homepage-headline",
            "enabled": True,
            "variant": "Variant 1",
            "reason": {"code": "condition_match", "condition_index": 0, "description": ""},
            "metadata": {"id": 1, "version": 1, "payload": None, "description": None},
        }
    },
    "requestId": "one",
}
ANSWERS = {
    b"/experiment/query": b'{"version":"Variant 1"}',
    b"/feature-flag": b"[]",
    b"/api/features": json.dumps(GROWTHBOOK).encode(),
    b"/flags": json.dumps(POSTHOG).encode(),
    b"/batch": b'{"status":1}',
}


class Endpoint(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport):
        self.transport, self.received = transport, bytearray()

    def data_received(self, data):
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.received[:end]).lower()
            _, found, rest = head.partition(b"content-length:")
            length = int(rest.partition(b"\r\n")[0]) if found else 0
            if len(self.received) < end + 4 + length:
                return
            del self.received[: end + 4 + length]
            self.answer(head.split(b" ", 2)[1])

    def answer(self, path):
        if path.startswith(b"/hang"):
            return
        if path.startswith(b"/reset"):
            linger = struct.pack("ii", 1, 0)
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger
            )
            self.transport.abort()
            return
        body = next((one for start, one in ANSWERS.items() if path.startswith(start)), b"{}")
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        if path.startswith(b"/drip"):
            self.transport.write(head % 1000)
            self.drip()
            return
        self.transport.write(head % len(body) + body)

    def drip(self):
        if not self.transport.is_closing():
            self.transport.write(b" ")
            asyncio.get_running_loop().call_later(0.02, self.drip)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Endpoint, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
