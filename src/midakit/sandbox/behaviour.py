"""The points beyond reports that the documentation leaves open, numbered on from the 26.

Listed with them at `/__sandbox__/meta`.
"""

from midakit.sandbox.choices import CHOICES, Choice

_TEXTS = {
    "Nested updates": "A sent configuration or targeting merges into the stored one by name; every "
    "other field, arrays included, replaces.",
    "Idempotency": "Keys belong to a project. A known key gives the first reply whatever the body "
    "says; refused requests are not remembered; the 24 hours pass on the sandbox's clock.",
    "Limits out of range": "limit below 1 or above 500 and an offset below 0 get 400.",
    "Unknown goal keys": "A goal_key that names no active goal of the project gets 404 wherever a "
    "goal is attached. primary_goal_key wins over primary_goal.",
    "Draft": "Status 9 from anything but 0 gets 400.",
    "Project defaults": "New experiments inherit the statistics settings, and the secondary goals "
    "when they bring none. The default primary goal is not copied: reports fall back on it.",
    "Listing order": "By id, ascending; events newest first.",
    "Keys": "A key of another project of the account gets 401 outside the project operations; an "
    "unknown project 404; a paused one 403.",
    "Campaign builds": "Targets are worked on one after the other, by default 60 seconds each, half "
    "research and half copy. A company is matched by its domain, else by its name.",
    "Exclusion group reply": "As in the documented example, create does not tell the new id.",
    "Deleted members": "Deleting an experiment takes it out of its groups; the other percents stay.",
    "Persons": "X-Sandbox-User: EMAIL stands for a connection that identifies a team member. An API "
    "key alone cannot delete comments (403).",
}

SERVER_CHOICES = tuple(
    Choice(number, title, text)
    for number, (title, text) in enumerate(_TEXTS.items(), len(CHOICES) + 1)
)
