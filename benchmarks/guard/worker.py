"""One look in a process of its own: `python -m benchmarks.guard.worker SETTINGS`, as JSON.

With `kill` it sends itself SIGKILL when it is there: the stage, and how often the stage has been
reached. Without, it prints what it has found.
"""

import json
import os
import signal
import sys
from datetime import datetime

from benchmarks.guard.receivers import SECRET
from midakit import Mida
from midakit.core.secret import Secret
from midakit.guard import Apprise, Guard, Webhook
from midakit.guard.state_file import StateFile

STAGES = ("judging", "before writing", "after writing", "before sending", "after sending")
"""The steps of a look between which it can be killed."""


class Steps:
    """Counts stages, and kills this process at one of them."""

    def __init__(self, stage: str, times: int) -> None:
        self.stage, self.left = stage, times

    def at(self, stage: str) -> None:
        """A stage is reached."""
        if stage == self.stage:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def stepped(steps: Steps, guarded: type, channels: list) -> None:
    """Call `steps` wherever a look may be killed."""
    judge, write = guarded._conditions, StateFile.write

    def judging(self, *given):
        steps.at("judging")
        return judge(self, *given)

    def writing(self, memory):
        steps.at("before writing")
        write(self, memory)
        steps.at("after writing")

    guarded._conditions, StateFile.write = judging, writing
    for channel in channels:

        def sending(message, send=channel.send):
            steps.at("before sending")
            send(message)
            steps.at("after sending")

        channel.send = sending


def main(given: dict) -> None:
    """Look once."""
    mail = Apprise(given["mail"])
    for service in mail._sender:
        service.request_rate_per_sec = 0  # apprise spares other people's servers: 5.5 s a mail
    channels = [Webhook(given["webhook"], Secret(SECRET)), mail]
    stepped(Steps(*given.get("kill", ("", 0))), Guard, channels)
    with Mida(
        given["api_key"], project_key=given["project_key"], base_url=given["base_url"]
    ) as mida:
        found = Guard(mida, given["state"], channels).look(datetime.fromisoformat(given["now"]))
    conditions = {str(test): [one.code for one in listed] for test, listed in found.found.items()}
    print(
        json.dumps({"looked_at": found.looked_at, "found": conditions, "failures": found.failures})
    )


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
