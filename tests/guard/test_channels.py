"""Messages arrive: at a webhook, in a mailbox, in a file."""

import base64
import hashlib
import hmac
import json
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailHandler

from midakit.core.secret import Secret
from midakit.errors import ConfigurationError, InvalidRequest
from midakit.guard import Apprise, JsonLines, Message, NotSent, Terminal, Webhook
from support.serving import serving

MESSAGE = Message(
    "msg_1", 1001, "Head\x1b[31mline\n", "harm", "Variant 1 is worse: conversion -9.0%"
)
KEY = base64.b64encode(b"a secret of thirty-two characters").decode()


def receiver(status=204):
    """A webhook receiver: its address and the requests that came."""
    return serving(lambda _: (status, {}, b""))


def test_a_webhook_is_signed_so_that_a_receiver_can_check_it():
    with receiver() as (url, got):
        Webhook(url, Secret(f"whsec_{KEY}")).send(MESSAGE)
        Webhook(url, Secret(KEY)).send(MESSAGE)
    for one in got:
        headers = one.headers
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + one.body
        digest = hmac.new(base64.b64decode(KEY), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert {one.headers["webhook-id"] for one in got} == {"msg_1"}
    data = json.loads(got[0].body)
    assert (data["type"], data["data"]["test_id"]) == ("experiment.harm", 1001)


@pytest.mark.parametrize("status", [301, 400, 500])
def test_a_webhook_that_is_refused_is_not_sent(status):
    with receiver(status) as (url, _), pytest.raises(NotSent, match=f"answered {status}"):
        Webhook(url).send(MESSAGE)


def test_a_webhook_whose_answer_never_ends_has_the_message() -> None:
    """The status says that a message has arrived; what follows it is not waited for."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                connection.settimeout(1)
                for _ in range(20):
                    with suppress(OSError):
                        connection.sendall(b"1\r\nx\r\n")
                    if over.wait(0.1):
                        return

        answering = threading.Thread(target=answer)
        answering.start()
        try:
            Webhook(f"http://127.0.0.1:{server.getsockname()[1]}").send(MESSAGE)
        finally:
            over.set()
            answering.join()


def test_a_webhook_that_nobody_answers_does_not_tell_its_address():
    with pytest.raises(NotSent) as refused:
        Webhook("http://127.0.0.1:9/secret-path").send(MESSAGE)
    assert "secret-path" not in str(refused.value)


@pytest.mark.parametrize("url", ["ops.example.com/token", "", "ftp://a/token", "https:///token"])
def test_an_address_that_is_none_is_refused_at_once_and_not_told(url):
    with pytest.raises(InvalidRequest, match="^webhook 2: its address must begin with") as wrong:
        Webhook(url, number=2)
    assert "token" not in str(wrong.value)


def test_an_address_that_httpx_cannot_read_is_not_sent():
    with pytest.raises(NotSent, match="^webhook 1: InvalidURL$"):
        Webhook("http://127.0.0.1:port/token").send(MESSAGE)


@pytest.mark.parametrize("secret", ["whsec_not base64", "whsec_"])
def test_a_secret_that_is_none_is_refused_at_once(secret: str) -> None:
    """What is not base64, or holds no key, signs nothing."""
    with pytest.raises(ConfigurationError, match="webhook secret: must be base64"):
        Webhook("https://ops.example.com", Secret(secret))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what apprise imports
def test_mail_arrives_by_apprise():
    got = []

    class Box(MailHandler):
        def handle_message(self, message):
            got.append(message)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Box(), hostname="127.0.0.1", port=port, server_hostname="localhost")
    controller.start()
    try:
        Apprise(
            f"mailto://127.0.0.1:{port}/?from=a@example.com&to=b@example.com&mode=insecure"
        ).send(MESSAGE)
    finally:
        controller.stop()
    (mail,) = got
    assert mail["To"].endswith("b@example.com") or "b@example.com" in mail["To"]
    assert "1001" in mail.as_string()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_address_that_apprise_does_not_know_is_refused_without_being_told():
    with pytest.raises(NotSent, match="does not know such an address") as refused:
        Apprise("nonsense://user:password@x")
    assert "password" not in str(refused.value)


def test_a_file_gets_each_message_once_also_after_a_torn_line(tmp_path):
    file = tmp_path / "log.jsonl"
    JsonLines(file).send(MESSAGE)
    JsonLines(file).send(MESSAGE)
    file.write_text(file.read_text() + '{"id": "torn')
    JsonLines(file).send(Message("msg_2", 1, "B", "split", "x"))
    lines = file.read_text().splitlines()
    assert [line[:14] for line in lines] == ['{"id": "msg_1"', '{"id": "torn', '{"id": "msg_2"']


@pytest.mark.parametrize("torn", ['{"id": "msg_1", "test_id": 10', '{"id": "msg_1", "name": "\xc3'])
def test_a_line_that_a_full_disk_has_cut_is_written_again(tmp_path: Path, torn: str) -> None:
    """A line without its end was not sent, though it has the id, or half a letter."""
    file = tmp_path / "log.jsonl"
    file.write_bytes(torn.encode("latin-1"))
    JsonLines(file).send(MESSAGE)
    JsonLines(file).send(MESSAGE)
    first, *rest = file.read_bytes().splitlines()
    assert first == torn.encode("latin-1")
    assert [json.loads(line)["id"] for line in rest] == ["msg_1"]


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system has no /dev/fd")
def test_lines_go_to_a_pipe_too() -> None:
    """`--log /dev/stdout` in a container: a pipe is written to, and not read to an end it has not."""
    reading, writing = os.pipe()
    try:
        sending = threading.Thread(
            target=JsonLines(Path(f"/dev/fd/{writing}")).send, args=(MESSAGE,), daemon=True
        )
        sending.start()
        sending.join(300)
        assert not sending.is_alive()
        assert json.loads(os.read(reading, 10_000))["id"] == "msg_1"
    finally:
        os.close(writing)
        os.close(reading)


def test_a_terminal_gets_one_harmless_line():
    said = []
    Terminal(said.append).send(MESSAGE)
    assert said == ["! 1001 Head\\u001b[31mline : Variant 1 is worse: conversion -9.0%"]
