"""Goals: conversion definitions shared by experiments."""

from typing import Unpack

from midakit.core._async.paging import AsyncPager
from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.core.pages import PagingOptions
from midakit.mida import calls, models
from midakit.mida._async.resource import AsyncResource
from midakit.mida.fields import GoalChanges, GoalFields


class AsyncGoals(AsyncResource):
    """Conversion definitions: `mida.goals`."""

    __slots__ = ()

    @expand_options
    def list(
        self, *, page_size: int = 50, **options: Unpack[PagingOptions]
    ) -> "AsyncPager[models.Goal]":
        """List the project's goals.

        Args:
            page_size: Goals per request, up to 500.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            max_items: Stop after so many items; None means all.
            start_offset: How many items to leave out before the first one.
            prefetch: How many pages beyond the next one are fetched together with it.
            overlap: How many rows neighbouring pages share, so that a listing that changes meanwhile is
                noticed and read again where it changed; exports use 1.

        Returns:
            A pager: iterate it for goals.

        Raises:
            InvalidRequest: A number is out of its bounds.

        Example:
            keys = {goal.goal_key: goal.goal_profile_id async for goal in mida.goals.list()}
        """
        return self._pager(
            calls.goals.list, options, items="goals", key="goal_profile_id", page_size=page_size
        )

    @expand_options
    async def create(
        self,
        goal_name: str,
        goal_type: str,
        goal_value: str | int | float,
        **fields: Unpack[GoalFields],
    ) -> "models.CreatedGoal":
        """Make a goal; with a `goal_key` of your own the call may be repeated safely.

        Args:
            goal_name: The name in the dashboard.
            goal_type: What is counted, such as `pageview`, `clickOnElement`, `event` or `revenue`.
            goal_value: Address, selector, text or event name, whichever the type compares.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            goal_purpose: `sell`, `engage` or `generate`.
            goal_key: A key of your own, unique in the project; the server makes one when it is left out.
            element_url: The page that holds the element or the form.

        Raises:
            InvalidRequest: A text is empty, a word is unknown, or a pattern is not valid.
            NotAcceptable: The project has a goal with this key.
            PlanLimitReached: The account's plan has no room for another goal.

        Example:
            await mida.goals.create("Sign-up", "event", "signed_up", goal_key="signed_up")
        """
        return await self._client.send(
            calls.goals.create(goal_name, goal_type, goal_value, **taken(fields))
        )

    @expand_options
    async def get(
        self, goal_profile_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.GoalDetails":
        """Read one goal by its id.

        Args:
            goal_profile_id: The goal's numeric id, as `goals.list` gives it; not its key.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such goal.

        Example:
            goal = await mida.goals.get(205)
            print(goal.goal_name, goal.goal_type)
        """
        return await self._client.send(calls.goals.get(goal_profile_id, **taken(extra)))

    @expand_options
    async def update(
        self, goal_profile_id: int | str, **fields: Unpack[GoalChanges]
    ) -> "models.UpdatedGoal":
        """Update a goal; live experiments that use it count differently at once.

        Args:
            goal_profile_id: The goal's numeric id, as `goals.list` gives it; not its key.
            goal_name: The name in the dashboard.
            goal_type: What is counted, such as `pageview`, `clickOnElement`, `event` or `revenue`.
            goal_value: Address, selector, text or event name, whichever the type compares.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            goal_purpose: `sell`, `engage` or `generate`.
            goal_key: A key of your own, unique in the project; the server makes one when it is left out.
            element_url: The page that holds the element or the form.

        Raises:
            InvalidRequest: No field was given, a word is unknown, or a pattern is not valid.
            NotFound: The project has no such goal.

        Example:
            await mida.goals.update(102, goal_name="Call to action")
        """
        return await self._client.send(calls.goals.update(goal_profile_id, **taken(fields)))

    @expand_options
    async def delete(
        self, goal_profile_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.DeletedGoal":
        """Delete a goal; under a live experiment its counting may stop.

        Args:
            goal_profile_id: The goal's numeric id, as `goals.list` gives it; not its key.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such goal.

        Example:
            await mida.goals.delete(104)
        """
        return await self._client.send(calls.goals.delete(goal_profile_id, **taken(extra)))
