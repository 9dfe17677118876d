"""Take the pictures of the documentation: `python scripts/pictures.py`.

Both show what a newcomer gets. The demo runs on a terminal of eighty columns, and what it printed is
drawn; the report is the page that it wrote, in Chromium. Needs Chromium and the extra `all`.
"""

import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

from PIL import Image
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "docs" / "assets"
COLUMNS, ROWS = 80, 60
MOST_BYTES = 200_000
LONGEST = 8.0
"""Seconds that the demo may take, as the README says."""
CODE = re.compile(r"^\d  The same in code")
MOVES = re.compile(r"\x1b\[(\d*)([AK])|\x1b\[\?25[lh]")


def main() -> int:
    """Run the demo once, and draw its screen and its page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        printed = demo(folder)
        refuse_slow(printed)
        page, size = drawn(shown(printed))
        (folder / "screen.html").write_text(page, encoding="utf-8")
        shoot(folder / "screen.html", ASSETS / "demo.png", size, sharpness=1.0)
        shoot(
            folder / "midakit-demo" / "report.html",
            ASSETS / "report.png",
            (960, 1450),
            sharpness=1.25,
        )
    return 0


def demo(folder: Path) -> str:
    """Return what `midakit demo` writes to a terminal."""
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(
        [sys.executable, "-m", "midakit.cli", "demo"],
        cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    if process.wait():
        raise SystemExit(seen.decode(errors="replace"))
    return seen.decode()


def refuse_slow(printed: str) -> None:
    """Replace durations: a picture must not tell of a machine that was busy with something else."""
    took = re.search(r"All of it took ([\d.]+) s", printed)
    if took is None or float(took[1]) >= LONGEST:
        raise SystemExit(
            f"the demo took {took[1] if took else '?'} s; try again on an idle machine"
        )


def shown(printed: str) -> list[str]:
    """Return the lines that are left on the screen, the progress bar at its end; without the code."""
    lines, at = [""], 0
    for line in printed.replace("\r\n", "\n").split("\n"):
        for piece in re.split(r"(\r|\x1b\[\d*[AK]|\x1b\[\?25[lh])", line):
            move = MOVES.fullmatch(piece)
            if move and move[2] == "A":
                at = max(0, at - int(move[1] or 1))
            elif move and move[2] == "K":
                lines[at] = ""
            elif not move and piece != "\r":
                lines[at] += piece
        at += 1
        lines += [""] * (at + 1 - len(lines))
    return _without_code(lines)


def _without_code(lines: list[str]) -> list[str]:
    plain = [Text.from_ansi(line).plain for line in lines]
    heads = [number for number, line in enumerate(plain) if re.match(r"^\d  [A-Z]", line)]
    code = next(number for number in heads if CODE.match(plain[number]))
    after = next((number for number in heads if number > code), len(lines))
    kept = [*lines[: code + 1], "", *lines[after:]]
    while kept and not Text.from_ansi(kept[-1]).plain.strip():
        kept.pop()
    return kept


def drawn(lines: list[str]) -> tuple[str, tuple[int, int]]:
    """Return a page with a terminal's window that holds these lines, and its width and height."""
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: PTH123, SIM115
    console.print(Text.from_ansi("$ midakit demo"), style="bold")
    for line in lines:
        console.print(Text.from_ansi(line), soft_wrap=True)
    svg = console.export_svg(title="midakit demo", theme=MONOKAI, unique_id="demo")
    console.file.close()
    own = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # fetched from afar otherwise
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', own)
    assert box is not None
    size = round(float(box[1])), round(float(box[2]))
    style = "margin:0;background:#0c0c0c"
    return f"<!doctype html><title>midakit demo</title><body style='{style}'>{own}</body>", size


def shoot(page: Path, target: Path, size: tuple[int, int], *, sharpness: float) -> None:
    """Write the top of a page as a small PNG."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("chromium is not installed")
    raw = page.with_suffix(".png")
    subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--force-device-scale-factor={sharpness}", f"--window-size={size[0]},{size[1]}",
            f"--user-data-dir={page.parent / 'profile'}", f"--screenshot={raw}", page.as_uri(),
        ],
        check=True, timeout=120, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(raw) as image:
        image.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(target, optimize=True)
    written = target.stat().st_size
    if written > MOST_BYTES:
        raise SystemExit(f"{target} has {written} bytes; at most {MOST_BYTES}")
    print(f"wrote {target.relative_to(ROOT)}, {written:,} bytes")


if __name__ == "__main__":
    raise SystemExit(main())
