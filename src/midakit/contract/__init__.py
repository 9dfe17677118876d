"""Asks a live account what the documentation of the API leaves open, by safe reads only.

    from midakit import Mida
    from midakit.contract import check

    with Mida() as mida:
        report = check(mida)
    for one in report.differs:
        print(one.asks, one.seen)

`check_async` is the same with `await`.
"""

from midakit.contract._async.asking import check as check_async
from midakit.contract._sync.asking import check
from midakit.contract.question import Answered, OpenQuestion
from midakit.contract.report import ContractReport

__all__ = ["Answered", "ContractReport", "OpenQuestion", "check", "check_async"]
