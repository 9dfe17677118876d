"""Pure builders, one module per resource: arguments in, a `Call` out. Nothing is sent here.

from midakit.mida import calls
call = calls.experiments.result(1234, start_date="2026-01-01")
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.mida.calls import account as account
    from midakit.mida.calls import comments as comments
    from midakit.mida.calls import events as events
    from midakit.mida.calls import exclusion_groups as exclusion_groups
    from midakit.mida.calls import experiments as experiments
    from midakit.mida.calls import goals as goals
    from midakit.mida.calls import personalization as personalization
    from midakit.mida.calls import projects as projects
    from midakit.mida.calls.any_path import request as request

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "": "account comments events exclusion_groups experiments goals personalization projects",
        "any_path": "request",
    },
)
