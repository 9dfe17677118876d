"""The documentation as code: its pages, their fenced blocks, and a reader who does what they say.

- A `python` block runs, in one namespace a page.
- A `python` block whose first line is `# name.py`, and any other block whose first line is a comment
  that names a file, is saved under that name instead.
- A `console` block is run by bash, line by line, and stops at the first failure.
- A command that serves until it is interrupted (`SERVING`) runs until the end of its page; it must
  answer on its port, or say that it is ready, and end by itself on Ctrl-C, the last one first.
- `ELSEWHERE` holds the commands that a page cannot run, each with the place where they are checked.
- `toml`, `json`, `yaml` and `ini` blocks must parse. `text` is what a reader sees.
- Blocks of other languages (`OTHERS`) are saved like files; nothing else is allowed.
"""

import ast
import asyncio
import inspect
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from configparser import ConfigParser
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

import midakit
from support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("README.md"), *ROOT.glob("examples/*.md")]
)
FENCE = re.compile(r"^([ \t]*)(```+|~~~+)([^\n]*)\n(.*?)^[ \t]*\2[ \t]*$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^(?:#|//|;) ([\w./-]+\.\w+)\n")
SERVING = re.compile(
    r"^(midakit sandbox serve|uvicorn|litestar|gunicorn|redis-server|celery -A \w+ worker) "
)
PORT = re.compile(r"(?:--port[ =]|--bind[ =]127\.0\.0\.1:)(\d+)")
PORTS = ("4010", "6379", "8000", "8080")
"""Ports that pages name; each page gets free ones in their place."""

ELSEWHERE = {
    r"node --test sandbox\.test\.mjs": "tests/docs/test_other_languages.py, where node is",
    r"midakit proxy account\.json .*": "tests/testing/test_proxy.py; it serves until Ctrl-C",
    r"pip install '\.\[all\]' && midakit demo": "tests/cli/commands/test_demo.py; the session `wheel` installs",
    r'pip install "nox\[uv\]"( && nox -s tests)?': "the run that this test is part of",
    r"nox -s bench( -- .*)?": "tests/benchmarks; it needs packages of its own, and minutes",
    r"python -m benchmarks\.[\w.]+ .*": "the same",
    r"docker .*": "tests/sandbox/test_image.py, where there is an engine; tests/docs/test_docker.py",
    r"(mypy|pyright) .*": "tests/docs/test_typing_page.py, in the session `typing`",
}
"""Whole lines, without their comment, and why no page runs them."""
OTHERS = {"typescript": "ts", "go": "go", "java": "java", "powershell": "ps1"}
"""Other languages, and how their files end; `tests/docs/test_other_languages.py` runs those that have a name."""
LANGUAGES = {
    "python", "console", "toml", "json", "yaml", "ini", "text", "javascript", "dockerfile", *OTHERS
}  # fmt: skip


class Block(NamedTuple):
    """One fenced block."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The name it is to be saved under."""
        found = FILE.match(self.text)
        return found[1] if found and self.language != "console" else None


def blocks(page):
    """The blocks of a page, in order; one inside a list or a note loses its indent."""
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        indent, _, language, body = match.groups()
        body = re.sub(f"^{indent}", "", body, flags=re.MULTILINE) if indent else body
        line = text[: match.start()].count("\n") + 1
        yield Block(page, line, language.split()[0] if language.strip() else "", body)


def commands(block):
    """The commands of a console block: lines, with those that end in a backslash joined."""
    joined = re.sub(r"\\\n\s*", "", block.text)
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def elsewhere(line):
    """The pattern of a command that is checked in another place, or None."""
    command = re.sub(r"\s+#.*", "", line)
    return next((one for one in ELSEWHERE if re.fullmatch(one, command)), None)


def pytest_options(page):
    """Options for a pytest on a page: of plugins only those that the page names are installed there."""
    text = page.read_text(encoding="utf-8")
    others = (
        one.name
        for one in entry_points(group="pytest11")
        if one.dist.name != "midakit" and one.dist.name not in text
    )
    return " ".join(f"-p no:{name}" for name in sorted(others))


class Reader:
    """Does what a page says, in a folder of its own."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.environment = {**os.environ, **environment, **self._shell()}
        self.namespace = {"__name__": "__page__"}
        self.ports = {port: str(free_port()) for port in PORTS}
        self.serving = []

    def _shell(self):
        here = Path(midakit.__file__).parents[1]
        paths = [Path(sys.executable).parent.as_posix(), os.environ["PATH"]]
        return {
            "PATH": os.pathsep.join(paths),
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(here), str(self.folder), os.environ.get("PYTHONPATH")])
            ),
            "HOME": str(self.folder),
            "DLT_DATA_DIR": str(self.folder / ".dlt"),
            "XDG_CONFIG_HOME": str(self.folder / ".config"),
            "COLUMNS": "100",
        }

    def follow(self, wanted):
        """Every block, in order; the examples lie beside the reader, as in a clone."""
        (self.folder / "examples").symlink_to(ROOT / "examples")
        try:
            reference = False
            with asyncio.Runner() as runner:
                for block in wanted:
                    self._one(block, runner)
                    reference = block.page.parent.name == "reference"
                if reference:  # its clients are there for the examples of docstrings
                    close(self.namespace, runner)
        finally:
            self._end()

    def _one(self, block, runner):
        block = block._replace(text=self._moved(block.text))
        match block.language:
            case "python" if not block.file:
                self._python(block, runner)
            case "console":
                self._console(block)
            case _:
                parse(block)
                if block.file:
                    place = self.folder / block.file
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_text(block.text, encoding="utf-8")

    def _moved(self, text):
        for port, free in self.ports.items():
            text = re.sub(rf"(:|--port[ =]){port}\b", rf"\g<1>{free}", text)
        return text

    def _python(self, block, runner):
        source = "\n" * block.line + block.text
        code = compile(source, str(block.page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        found = eval(code, self.namespace)  # our own pages
        if inspect.iscoroutine(found):
            runner.run(found)

    def _console(self, block):
        batch = []
        for line in commands(block):
            if elsewhere(line):
                continue
            if SERVING.match(line):
                self._bash(block, batch)
                batch = []
                self._serve(block, line)
            else:
                batch.append(line)
        self._bash(block, batch)

    def _bash(self, block, lines):
        if not lines:
            return
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        said = f"{block.page.name}:{block.line}\n{block.text}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, said

    def _serve(self, block, line):
        log = self.folder / f"serving-{len(self.serving)}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {line}"], cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        self.serving.append((process, line))
        for _ in range(3000):
            if self._is_ready(line, log):
                return
            assert process.poll() is None, f"{block.page.name}: {line}\n{log.read_text()}"
            time.sleep(0.1)
        raise AssertionError(f"{line} never answered\n{log.read_text()}")

    @staticmethod
    def _is_ready(line, log):
        """It answers on its port; a worker that has none says so."""
        port = PORT.search(line)
        if port is None:
            return " ready." in log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(port[1]))) == 0

    def _end(self):
        codes = {}
        for process, line in reversed(self.serving):
            process.send_signal(signal.SIGINT)
            try:
                codes[line] = process.wait(300)
            except subprocess.TimeoutExpired:
                process.kill()
                codes[line] = f"killed: {process.wait()}"
        wrong = {line: code for line, code in codes.items() if not _is_end(line, code)}
        assert not wrong, wrong


def _is_end(line, code):
    """Whether it ended as it does on Ctrl-C; Celery then says 1 after it has ended in order."""
    return code in (0, 130, -signal.SIGINT) or (line.startswith("celery ") and code == 1)


def close(namespace, runner):
    """Close the clients and servers that a block or an example has left open."""
    for one in list(namespace.values()):
        if not type(one).__module__.startswith("midakit."):
            continue
        for name in ("aclose", "close", "stop"):
            if hasattr(one, name):
                found = getattr(one, name)()
                if inspect.iscoroutine(found):
                    runner.run(found)
                break


def parse(block):
    """Data must be what its language says; text is anything."""
    match block.language:
        case "toml":
            tomllib.loads(block.text)
        case "json":
            json.loads(block.text)
        case "yaml":
            import yaml

            yaml.safe_load(block.text)
        case "ini":
            ConfigParser().read_string(block.text)
        case "python":
            ast.parse(block.text)
