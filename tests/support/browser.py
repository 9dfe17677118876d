"""Debian's headless Chromium, driven over the DevTools protocol: no driver, nothing downloaded.

with Browser() as browser:
    page = browser.open(url)          # or a Path
    page.evaluate("document.title")
    page.requests, page.console_errors, page.screenshot(path)
"""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

CHROMIUM = "/usr/bin/chromium"
PATIENT = 300
"""Seconds until something is given up that a busy machine may take long for."""
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
MARKS = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),  # all tests that need one share it
]
NAVIGATED = re.compile("navigated or closed|context was destroyed|Cannot find .*context")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    "--window-size=1280,1000",
)


class Navigated(RuntimeError):
    """The page went elsewhere while it was asked something."""


class Browser:
    """A browser with a profile of its own; skips the test when Chromium is not installed."""

    def __init__(self, *flags):
        self.flags = flags

    def __enter__(self):
        if not Path(CHROMIUM).exists():
            pytest.skip(f"{CHROMIUM} is not installed")
        self.profile = tempfile.mkdtemp(prefix="browser-")
        self.process = subprocess.Popen(
            [CHROMIUM, *FLAGS, *self.flags, f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pages = []
        try:
            self.port = self._port()
        except BaseException:
            self._end()
            raise
        return self

    def _port(self):
        file = Path(self.profile, "DevToolsActivePort")
        deadline = time.monotonic() + PATIENT
        while not (file.exists() and file.read_text().count("\n")):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("Chromium did not start")
            time.sleep(0.05)
        return int(file.read_text().split("\n")[0])

    def __exit__(self, *_):
        self._end()

    def close_pages(self):
        """Leave every tab, so that none goes on asking its server."""
        while self.pages:
            self.pages.pop().close()

    def _end(self):
        self.close_pages()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, address, *, dark=False):
        """A page, loaded; `address` is a URL or a Path."""
        url = address.resolve().as_uri() if isinstance(address, Path) else address
        call = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT"
        )
        with urllib.request.urlopen(call, timeout=PATIENT) as response:
            target = json.load(response)
        page = Page(target["webSocketDebuggerUrl"])
        self.pages.append(page)
        if dark:
            feature = {"name": "prefers-color-scheme", "value": "dark"}
            page.call("Emulation.setEmulatedMedia", features=[feature])
        page.load(url)
        return page


class Page:
    """One tab: what it asked for, what it complained about, and a way to ask it things."""

    def __init__(self, address):
        import websocket

        self.socket = websocket.create_connection(address, timeout=PATIENT)
        self.number = 0
        self.events = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        """One command and its result; events that come meanwhile are kept."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") != self.number:
                self.events.append(message)
            elif "error" in message:
                words = f"{method}: {message['error']['message']}"
                raise (Navigated if NAVIGATED.search(words) else RuntimeError)(words)
            else:
                return message["result"]

    def load(self, url):
        """Go to an address and wait until it is loaded."""
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + PATIENT
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{url} did not load")
            self.events.append(json.loads(self.socket.recv()))

    def resize(self, width, height=900):
        """A window of this many CSS pixels; narrow ones are phones."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip

    def media(self, kind="screen", *, dark=False):
        """As on a screen or on paper, by day or by night."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=kind, features=[feature])

    def pdf(self):
        """The page as it is printed."""
        return base64.b64decode(self.call("Page.printToPDF")["data"])

    def evaluate(self, script):
        """The value of an expression; a promise is awaited."""
        result = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def click(self, selector):
        """Click what the selector finds, which may lead to another page."""
        with suppress(Navigated):
            self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def wait_for(self, script, seconds=PATIENT):
        """Ask again until the expression is true; what it looks into may not be there yet."""
        deadline = time.monotonic() + seconds
        while True:
            error = None
            try:
                if value := self.evaluate(script):
                    return value
            except RuntimeError as raised:  # also `Navigated`
                error = raised
            if time.monotonic() > deadline:
                raise AssertionError(f"never true: {script}") from error
            time.sleep(0.05)

    @property
    def requests(self):
        """The addresses the page asked for."""
        self.evaluate("0")  # takes in the events that wait
        sent = (
            e["params"]["request"]["url"]
            for e in self.events
            if e["method"] == "Network.requestWillBeSent"
        )
        return list(sent)

    @property
    def console_errors(self):
        """Exceptions, console errors and the browser's own complaints."""
        self.evaluate("0")
        found = []
        for event in self.events:
            params = event["params"]
            match event["method"]:
                case "Runtime.exceptionThrown":
                    found.append(params["exceptionDetails"].get("text", ""))
                case "Runtime.consoleAPICalled" if params["type"] == "error":
                    found.append(str(params["args"]))
                case "Log.entryAdded" if params["entry"]["level"] == "error":
                    found.append(params["entry"]["text"])
        return found

    def screenshot(self, path, *, whole=True):
        """Write a PNG of the page."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        """Leave the tab."""
        from websocket import WebSocketException

        with suppress(OSError, RuntimeError, WebSocketException):
            self.call("Page.close")
        with suppress(OSError):
            self.socket.close()
