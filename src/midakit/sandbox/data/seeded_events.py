"""The made-up events as columns: what visitors looked at, clicked and bought."""

from dataclasses import dataclass

import numpy as np

from midakit.sandbox.data.draws import Draws
from midakit.sandbox.data.further_experiments import FurtherConversions
from midakit.sandbox.data.seeded_visitors import SITE
from midakit.sandbox.data.truth import TRUTH, Truth
from midakit.sandbox.state.columns import Array, Words
from midakit.sandbox.state.tables import Cells

_SECOND = 1_000_000
_CTA = '{"selector":".cta-button","text":"Start Free Trial","href":"/signup"}'
_NAV = '{"selector":".nav","text":"Pay now","href":"https://checkout.stripe.com/pay"}'
_EUR = 1.1
_COST = 0.4  # of an order's value
_NAMES = sorted({"!pageview", "!click", "!scroll", "!duration", *(one.event for one in TRUTH)})


@dataclass(frozen=True, slots=True)
class Block:
    """Events of one kind: whose they are, when, and the numbers of their words."""

    visitor: Array
    at: Array
    name: Array
    properties: Array
    url: Array


class SeededEvents:
    """Events, collected block by block.

    Args:
        landing_page: The first page of each visitor.
    """

    def __init__(self, landing_page: tuple[Array, list[str]]) -> None:
        self._landing, pages = landing_page
        self._properties, self._urls = Words(), Words(pages)
        self._names = list(_NAMES)
        self._blocks: list[Block] = []

    def add_interactions(self, draws: Draws, entered: Array) -> None:
        """Add page views, clicks, scrolls and stays.

        Args:
            draws: The random columns.
            entered: When each visitor came.
        """
        size = len(entered)
        pages, click, scroll, stay = (
            draws.uniform(name, size) for name in ("pages", "click", "scroll", "stay")
        )
        everyone = np.arange(size)
        nothing = np.zeros(size, "int32")
        self._add(everyone, entered, 0, "!pageview", nothing)
        thanks, pricing = (
            self._urls.add(f"{SITE}{path}") for path in ("/thank-you?o=1", "/pricing")
        )
        more = np.flatnonzero(pages < 0.6)
        second = np.where(pages < 0.1, thanks, pricing)
        self._add(more, entered, 60, "!pageview", nothing, second)
        cta, nav = self._properties.add(_CTA), self._properties.add(_NAV)
        self._add(
            np.flatnonzero(click < 0.4), entered, 30, "!click", np.where(click < 0.15, cta, nav)
        )
        depth = [self._properties.add(f'{{"percent":{25 * n}}}') for n in range(1, 5)]
        self._add(np.flatnonzero(scroll < 0.5), entered, 20, "!scroll",
                  np.array(depth)[(scroll * 8).astype("int64") % 4])  # fmt: skip
        seconds = [self._properties.add(f'{{"seconds":{10 + n}}}') for n in range(80)]
        self._add(np.flatnonzero(stay < 0.4), entered, 90, "!duration",
                  np.array(seconds)[(stay * 200).astype("int64") % 80])  # fmt: skip

    def _add(
        self, visitor: Array, entered: Array, seconds: int, name: str, properties: Array,
        url: Array | None = None,
    ) -> None:  # fmt: skip
        """Add events some seconds after the entry."""
        pages = self._landing if url is None else url
        at = entered[visitor] + seconds * _SECOND
        self._append(visitor, at, self._names.index(name), properties[visitor], pages[visitor])

    def add_conversions(
        self, draws: Draws, truth: Truth, visitor: Array, at: Array, worth: Array
    ) -> None:
        """Add the conversions of one experiment.

        Args:
            draws: The random columns.
            truth: The experiment.
            visitor: The places of the visitors who converted.
            at: When each of them did.
            worth: What each order is worth; not a number where the goal is no order.
        """
        size = len(self._landing)
        foreign = draws.uniform(f"{truth.test_id} currency", size)[visitor] < 0.1
        quantity = 1 + (3 * draws.uniform(f"{truth.test_id} quantity", size)[visitor]).astype(
            "int64"
        )
        value = np.where(foreign, np.floor(worth / _EUR * 100 + 0.5) / 100, worth)
        cogs = np.floor(value * _COST * 100 + 0.5) / 100
        properties = [
            self._properties.add(
                '{"via":"web"}'
                if amount != amount
                else f'{{"revenue":{amount},"currency":"{"EUR" if abroad else "USD"}",'
                f'"quantity":{count},"cogs":{cost}}}'
            )
            for amount, abroad, count, cost in zip(
                value.tolist(), foreign.tolist(), quantity.tolist(), cogs.tolist(), strict=True
            )
        ]
        done = self._urls.add(f"{SITE}/done")
        name = self._names.index(truth.event)
        self._append(visitor, at, name, np.array(properties, "int32"), np.full(len(visitor), done))

    def add_further(self, found: FurtherConversions, events: list[str]) -> None:
        """Add the conversions of the further experiments.

        Args:
            found: The conversions.
            events: The name of the event of each experiment.
        """
        properties = np.array([self._properties.add(text) for text in found.texts], "int32")
        done = np.full(len(found.visitor), self._urls.add(f"{SITE}/done"))
        name = len(self._names) + found.experiment
        self._names += events
        self._append(found.visitor, found.at, name, properties[found.properties], done)

    def _append(
        self, visitor: Array, at: Array, name: Array | int, properties: Array, url: Array
    ) -> None:
        """Add a block of events."""
        names = np.broadcast_to(np.asarray(name, "int32"), len(visitor))
        self._blocks.append(Block(visitor, at, names, properties, url))

    def columns(self) -> dict[str, Cells]:
        """Return all events by visitor, time and name, which is the order of their ids."""
        visitor, at, name, properties, url = (
            np.concatenate([getattr(block, column) for block in self._blocks])
            for column in ("visitor", "at", "name", "properties", "url")
        )
        order = _by_visitor_time_and_name(visitor, at, name)
        visitor, name, url = visitor[order], name[order], url[order]
        count = len(order)
        paths = [address[len(SITE) :].partition("?")[0] for address in self._urls.present()]
        distinct = list(dict.fromkeys(paths))
        path_of_url = np.array([0, *(distinct.index(path) + 1 for path in paths)])
        return {
            "event_id": np.arange(1, count + 1),
            "visitor_id": visitor + 1,
            "event_type": np.array([1 if word[0] == "!" else 2 for word in self._names])[name],
            "status": np.ones(count, "int16"),
            "event_text": (name + 1, self._names),
            "event_property": (properties[order], self._properties.present()),
            "url": (url, self._urls.present()),
            "event_path": (path_of_url[url], distinct),
            "session": (visitor + 1, [f"s{number}" for number in range(1, len(self._landing) + 1)]),
            "created_at": at[order],
        }


def _by_visitor_time_and_name(visitor: Array, at: Array, name: Array) -> Array:
    """Return the order of events by visitor, time and name."""
    milliseconds = (at - at.min(initial=at[0] if len(at) else 0)) // 1000
    sizes = [int(column.max(initial=0)).bit_length() for column in (visitor, milliseconds, name)]
    both = (visitor.astype("int64") << sizes[1]) | milliseconds
    # one number of 63 bits a row sorts five times faster than three columns do
    if sum(sizes) < 64:
        return np.argsort((both << sizes[2]) | name)
    return np.lexsort((name, both))
