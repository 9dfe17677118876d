"""Asks a live account what the documentation of the API leaves open, by safe reads only.

    from midakit import Mida
    from midakit.contract import check

    with Mida() as mida:
        report = check(mida)
    for one in report.differs:
        print(one.asks, one.seen)

`check_async` is the same with `await`.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.contract._async.asking import check as check_async  # noqa: F401
    from midakit.contract._sync.asking import check as check
    from midakit.contract.question import Answered as Answered
    from midakit.contract.question import OpenQuestion as OpenQuestion
    from midakit.contract.report import ContractReport as ContractReport

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "_async.asking": "check_async=check",
        "_sync.asking": "check",
        "question": "Answered OpenQuestion",
        "report": "ContractReport",
    },
)
