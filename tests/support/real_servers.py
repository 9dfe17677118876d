"""nginx, haproxy and tinyproxy as Debian has them: in the foreground, on loopback, in a test's folder."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time

import pytest

from support.ports import free_port

ANSWER = '{"success": true, "asked": "$request_uri", "connection": $connection, "number": $connection_requests}'

NGINX = """
daemon off;
pid {place}/nginx.pid;
error_log {place}/error.log;
worker_processes 1;
worker_shutdown_timeout 5s;
events {{ worker_connections 256; }}
http {{
  access_log off;
  default_type application/json;
  client_body_temp_path {place}/body;
  proxy_temp_path {place}/proxy;
  fastcgi_temp_path {place}/fastcgi;
  uwsgi_temp_path {place}/uwsgi;
  scgi_temp_path {place}/scgi;
  server {{
    listen 127.0.0.1:{port} {ssl};
    {settings}
    location / {{ return 200 '{answer}'; }}
  }}
}}
"""

HAPROXY = """
global
  maxconn 256
defaults
  mode http
  timeout connect 5s
  timeout server 5s
  timeout client 5s
  timeout http-keep-alive {idle}
frontend here
  bind 127.0.0.1:{port}
  http-request return status 200 content-type application/json lf-string '{{"success": true, "asked": "%[pathq]"}}'
"""

TINYPROXY = """
Port {port}
Listen 127.0.0.1
Timeout 10
MaxClients 20
BasicAuth user {password}
ConnectPort {target}
"""


def needs(program):
    """Skip a test where the machine does not have a program."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


class RealServer:
    """A running server: its port, and the process that reads its settings anew."""

    def __init__(self, process, port, scheme="http"):
        self.process = process
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}"

    def reload(self, how=signal.SIGHUP):
        """Tell it to read its settings again; it ends old workers and starts new ones."""
        self.process.send_signal(how)


@contextlib.contextmanager
def running(command, port, place, scheme="http"):
    """Start a server, wait until it accepts a connection, and end it afterwards."""
    with (place / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        while True:
            assert process.poll() is None, (place / "output.txt").read_text()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield RealServer(process, port, scheme)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def nginx(place, settings="", *, tls=False):
    """An nginx that says which connection a request came on, and as which of its requests."""
    place.chmod(0o755)
    port = free_port()
    text = NGINX.format(
        place=place, port=port, settings=settings, answer=ANSWER, ssl="ssl" if tls else ""
    )
    if os.geteuid() == 0:
        text = f"user root;\n{text}"
    (place / "nginx.conf").write_text(text)
    command = [
        "nginx",
        "-p",
        str(place),
        "-e",
        str(place / "error.log"),
        "-c",
        str(place / "nginx.conf"),
    ]
    with running(command, port, place, "https" if tls else "http") as server:
        yield server


@contextlib.contextmanager
def haproxy(place, idle="50ms"):
    """A haproxy that closes connections soon after their last request."""
    port = free_port()
    (place / "haproxy.cfg").write_text(HAPROXY.format(port=port, idle=idle))
    with running(["haproxy", "-W", "-f", str(place / "haproxy.cfg")], port, place) as server:
        yield server


@contextlib.contextmanager
def tinyproxy(place, target, password="secret-of-the-proxy"):
    """A proxy that asks for a password and makes tunnels to one port."""
    port = free_port()
    (place / "tinyproxy.conf").write_text(
        TINYPROXY.format(port=port, target=target, password=password)
    )
    with running(["tinyproxy", "-d", "-c", str(place / "tinyproxy.conf")], port, place) as server:
        yield server
