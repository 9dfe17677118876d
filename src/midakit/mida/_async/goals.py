"""Goals: conversion definitions shared by experiments."""

from typing import TYPE_CHECKING

from midakit.core._async.paging import AsyncPager
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls
from midakit.mida._async.resource import AsyncResource

if TYPE_CHECKING:
    from midakit.mida.models import CreatedGoal, DeletedGoal, Goal, GoalDetails, UpdatedGoal


class AsyncGoals(AsyncResource):
    """`mida.goals`."""

    __slots__ = ()

    def list(
        self,
        *,
        page_size: int = 50,
        max_items: int | None = None,
        start_offset: int = 0,
        prefetch: int = 0,
        overlap: int = 0,
    ) -> "AsyncPager[Goal]":
        """The project's goals."""
        return self._pager(
            lambda limit, offset: calls.goals.list(limit=limit, offset=offset),
            items="goals",
            key="goal_profile_id",
            page_size=page_size,
            max_items=max_items,
            start_offset=start_offset,
            prefetch=prefetch,
            overlap=overlap,
        )

    async def create(
        self,
        goal_name: str,
        goal_type: str,
        goal_value: str | int | float,
        *,
        goal_key: str | Unset = UNSET,
        goal_purpose: str | Unset = UNSET,
        element_url: str | Unset = UNSET,
    ) -> "CreatedGoal":
        """Make a goal; with a `goal_key` of your own the call may be repeated safely."""
        return await self._client.send(
            calls.goals.create(
                goal_name,
                goal_type,
                goal_value,
                goal_key=goal_key,
                goal_purpose=goal_purpose,
                element_url=element_url,
            )
        )

    async def get(self, goal_profile_id: int | str) -> "GoalDetails":
        """One goal."""
        return await self._client.send(calls.goals.get(goal_profile_id))

    async def update(
        self,
        goal_profile_id: int | str,
        *,
        goal_name: str | Unset = UNSET,
        goal_type: str | Unset = UNSET,
        goal_value: str | int | float | Unset = UNSET,
        goal_purpose: str | Unset = UNSET,
        goal_key: str | Unset = UNSET,
        element_url: str | Unset = UNSET,
    ) -> "UpdatedGoal":
        """Change a goal; live experiments that use it count differently at once."""
        return await self._client.send(
            calls.goals.update(
                goal_profile_id,
                goal_name=goal_name,
                goal_type=goal_type,
                goal_value=goal_value,
                goal_purpose=goal_purpose,
                goal_key=goal_key,
                element_url=element_url,
            )
        )

    async def delete(self, goal_profile_id: int | str) -> "DeletedGoal":
        """Soft-delete a goal; under a live experiment its counting may stop."""
        return await self._client.send(calls.goals.delete(goal_profile_id))
