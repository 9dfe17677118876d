"""Watches live experiments: broken splits, harm, winners, futility, no traffic, goals that are gone.

    from midakit import Mida
    from midakit.guard import Guard, Webhook

    with Mida() as mida:
        guard = Guard(mida, "guard.json", [Webhook("https://ops.example.com/mida")])
        found = guard.look()

`AsyncGuard` is the same with `await`; `midakit guard` runs it from a terminal, a timer or CI.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.guard._async.guarding import AsyncGuard as AsyncGuard
    from midakit.guard._sync.guarding import Guard as Guard
    from midakit.guard.channels import Apprise as Apprise
    from midakit.guard.channels import Channel as Channel
    from midakit.guard.channels import JsonLines as JsonLines
    from midakit.guard.channels import NotSent as NotSent
    from midakit.guard.channels import Terminal as Terminal
    from midakit.guard.channels import Webhook as Webhook
    from midakit.guard.conditions import GuardCondition as GuardCondition
    from midakit.guard.looks import GuardLook as GuardLook
    from midakit.guard.memory import Message as Message

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "_async.guarding": "AsyncGuard",
        "_sync.guarding": "Guard",
        "channels": "Apprise Channel JsonLines NotSent Terminal Webhook",
        "conditions": "GuardCondition",
        "looks": "GuardLook",
        "memory": "Message",
    },
)
