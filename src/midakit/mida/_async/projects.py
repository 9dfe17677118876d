"""Projects: sites under one account, and the defaults that new experiments inherit."""

from typing import TYPE_CHECKING, Any

from midakit.core._async.paging import AsyncPager
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls
from midakit.mida._async.resource import AsyncResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from midakit.mida.models import DeletedProject, Project, ProjectConfiguration


class AsyncProjects(AsyncResource):
    """`mida.projects`."""

    __slots__ = ()

    def list(
        self,
        *,
        include_inactive: bool = False,
        page_size: int = 100,
        max_items: int | None = None,
        start_offset: int = 0,
        prefetch: int = 0,
        overlap: int = 0,
    ) -> "AsyncPager[Project]":
        """The account's projects; paused ones too with `include_inactive`."""
        return self._pager(
            lambda limit, offset: calls.projects.list(
                limit=limit, offset=offset, include_inactive=include_inactive
            ),
            items="projects",
            key="project_key",
            page_size=page_size,
            max_items=max_items,
            start_offset=start_offset,
            prefetch=prefetch,
            overlap=overlap,
        )

    async def create(
        self,
        website_name: str | Unset = UNSET,
        *,
        name: str | Unset = UNSET,
        allowed_website: str | Unset = UNSET,
    ) -> "Project":
        """Make a project; it has no API key of its own until one is made in the dashboard."""
        return await self._client.send(
            calls.projects.create(website_name, name=name, allowed_website=allowed_website)
        )

    async def get(self, project_key: str | None = None) -> "Project":
        """One project; the client's own when no key is given."""
        return await self._client.send(calls.projects.get(project_key))

    async def update(
        self,
        project_key: str | None = None,
        *,
        website_name: str | Unset = UNSET,
        name: str | Unset = UNSET,
        widget_name: str | Unset = UNSET,
        allowed_website: str | Unset = UNSET,
        monthly_average_traffic: int | Unset = UNSET,
    ) -> "Project":
        """Change names, the allowed website or the traffic hint."""
        return await self._client.send(
            calls.projects.update(
                project_key,
                website_name=website_name,
                name=name,
                widget_name=widget_name,
                allowed_website=allowed_website,
                monthly_average_traffic=monthly_average_traffic,
            )
        )

    async def delete(self, project_key: str) -> "DeletedProject":
        """Soft-delete a project; its live experiments stop being served."""
        return await self._client.send(calls.projects.delete(project_key))

    async def configuration(self) -> "ProjectConfiguration":
        """The defaults that new experiments inherit, goals resolved."""
        return await self._client.send(calls.projects.configuration())

    async def update_configuration(
        self,
        *,
        analysis_method: str | int | Unset = UNSET,
        frequentist_type: str | int | Unset = UNSET,
        confidence_level: float | Unset = UNSET,
        primary_goal_key: str | Unset | None = UNSET,
        secondary_goals: "Sequence[Mapping[str, Any]] | Unset" = UNSET,
        weekly_ai_summary_enabled: bool | Unset = UNSET,
        skip_pre_publish_check: bool | Unset = UNSET,
    ) -> "ProjectConfiguration":
        """Change some defaults; `primary_goal_key=None` clears it, `secondary_goals` replaces the list."""
        return await self._client.send(
            calls.projects.update_configuration(
                analysis_method=analysis_method,
                frequentist_type=frequentist_type,
                confidence_level=confidence_level,
                primary_goal_key=primary_goal_key,
                secondary_goals=secondary_goals,
                weekly_ai_summary_enabled=weekly_ai_summary_enabled,
                skip_pre_publish_check=skip_pre_publish_check,
            )
        )
