"""Watches live experiments: broken splits, harm, winners, futility, no traffic, goals that are gone.

    from midakit import Mida
    from midakit.guard import Guard, Webhook

    with Mida() as mida:
        guard = Guard(mida, "guard.json", [Webhook("https://ops.example.com/mida")])
        found = guard.look()

`AsyncGuard` is the same with `await`; `midakit guard` runs it from a terminal, a timer or CI.
"""

from midakit.guard._async.guarding import AsyncGuard
from midakit.guard._sync.guarding import Guard
from midakit.guard.channels import Apprise, Channel, JsonLines, NotSent, Terminal, Webhook
from midakit.guard.conditions import GuardCondition
from midakit.guard.looks import GuardLook
from midakit.guard.memory import Message

__all__ = [
    "Apprise",
    "AsyncGuard",
    "Channel",
    "Guard",
    "GuardCondition",
    "GuardLook",
    "JsonLines",
    "Message",
    "NotSent",
    "Terminal",
    "Webhook",
]
