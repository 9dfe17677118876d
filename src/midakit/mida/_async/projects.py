"""Projects: sites under one account, and the defaults that new experiments inherit."""

from functools import partial
from typing import Unpack

from midakit.core._async.paging import AsyncPager
from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.core.pages import PagingOptions
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls, models
from midakit.mida._async.resource import AsyncResource
from midakit.mida.fields import ConfigurationChanges, ProjectChanges


class AsyncProjects(AsyncResource):
    """Sites under the account, and their defaults: `mida.projects`."""

    __slots__ = ()

    @expand_options
    def list(
        self,
        *,
        include_inactive: bool = False,
        page_size: int = 100,
        **options: Unpack[PagingOptions],
    ) -> "AsyncPager[models.Project]":
        """List the account's projects.

        Args:
            include_inactive: Paused projects too.
            page_size: Projects per request, up to 500.
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
            A pager: iterate it for projects.

        Raises:
            InvalidRequest: A number is out of its bounds.

        Example:
            async for project in mida.projects.list(include_inactive=True):
                print(project.project_key, project.website_name)
        """
        return self._pager(
            partial(calls.projects.list, include_inactive=include_inactive), options,
            items="projects", key="project_key", page_size=page_size,
        )  # fmt: skip

    @expand_options
    async def create(
        self,
        website_name: str | Unset = UNSET,
        *,
        name: str | Unset = UNSET,
        allowed_website: str | Unset = UNSET,
        **extra: Unpack[ExtraOptions],
    ) -> "models.Project":
        """Make a project; it has no API key of its own until one is made in the dashboard.

        Args:
            website_name: The name in the dashboard.
            name: Another word for `website_name`.
            allowed_website: The domains that the script may run on; `*` means any.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            InvalidRequest: Nothing was given.

        Example:
            made = await mida.projects.create("Second shop", allowed_website="b.example.com")
            print(made.project_key)
        """
        return await self._client.send(
            calls.projects.create(
                website_name, name=name, allowed_website=allowed_website, **taken(extra)
            )
        )

    @expand_options
    async def get(
        self, project_key: str | None = None, **extra: Unpack[ExtraOptions]
    ) -> "models.Project":
        """Read one project by its key.

        Args:
            project_key: Key of the project; the client's own when left out.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The account has no such project.

        Example:
            project = await mida.projects.get()
            print(project.website_name)
        """
        return await self._client.send(calls.projects.get(project_key, **taken(extra)))

    @expand_options
    async def update(
        self, project_key: str | None = None, **fields: Unpack[ProjectChanges]
    ) -> "models.Project":
        """Update names, the allowed website or the traffic hint.

        Args:
            project_key: Key of the project; the client's own when left out.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            website_name: The name in the dashboard.
            name: Another word for `website_name`.
            widget_name: The name of the site's widget.
            allowed_website: The domains that the script may run on; `*` means any.
            monthly_average_traffic: Visitors per month, a hint for estimates.

        Raises:
            NotFound: The account has no such project.
            InvalidRequest: No field was given, or the traffic is not a whole number.

        Example:
            await mida.projects.update(website_name="Shop")
        """
        return await self._client.send(calls.projects.update(project_key, **taken(fields)))

    @expand_options
    async def delete(
        self, project_key: str, **extra: Unpack[ExtraOptions]
    ) -> "models.DeletedProject":
        """Delete a project; its live experiments stop being served.

        Args:
            project_key: Key of the project, never the client's own by default.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The account has no such project.
            Forbidden: The key may not delete it.

        Example:
            await mida.projects.delete("SANDBOXxPROJECTxKEY002")
        """
        return await self._client.send(calls.projects.delete(project_key, **taken(extra)))

    @expand_options
    async def configuration(self, **extra: Unpack[ExtraOptions]) -> "models.ProjectConfiguration":
        """Read the defaults that new experiments inherit, with their goals.

        Args:
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The account has no such project.

        Example:
            configuration = await mida.projects.configuration()
            print(configuration.stats_engine, configuration.confidence_threshold_percent)
        """
        return await self._client.send(calls.projects.configuration(**taken(extra)))

    @expand_options
    async def update_configuration(
        self, **fields: Unpack[ConfigurationChanges]
    ) -> "models.ProjectConfiguration":
        """Update some of the defaults that new experiments inherit.

        Args:
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            analysis_method: `"1"` for Bayesian statistics, `"0"` for frequentist ones.
            frequentist_type: `"0"` for one-tailed tests, `"2"` for two-tailed ones.
            confidence_level: Percent from 50 to 99.
            primary_goal_key: Key of the goal that new experiments decide by; None clears it.
            secondary_goals: All further goals, each with `goal_key`, or with `text` and `name`; they replace
                the stored ones.
            weekly_ai_summary_enabled: Whether a summary is sent each week.
            skip_pre_publish_check: Whether experiments start without the check of the page.

        Raises:
            InvalidRequest: No field was given, or one breaks its rule.

        Example:
            await mida.projects.update_configuration(confidence_level=90)
        """
        return await self._client.send(calls.projects.update_configuration(**taken(fields)))
