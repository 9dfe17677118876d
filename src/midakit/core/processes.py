"""How to start a process that Ctrl-C in this one's terminal does not reach."""

import subprocess
from typing import Any

APART: dict[str, Any] = {
    "start_new_session": True,  # elsewhere than on Windows
    "creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
}
"""Arguments of `subprocess.Popen`."""
