"""The web page at `/`: experiments, their results, and the requests as they come."""

from concurrent.futures import ThreadPoolExecutor

from starlette.routing import BaseRoute

from midakit.sandbox.world import World


def routes(world: World, pool: ThreadPoolExecutor) -> list[BaseRoute]:
    """The page and its data."""
    return []
