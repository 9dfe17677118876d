"""Who is calling: the API key in one of three headers, its project, and perhaps a person.

- A key of any project opens the project operations of every project of its account.
- Everything else needs a key of that very project.
- `X-Sandbox-User: EMAIL` stands for a connection that identifies a member of the team.
"""

from collections.abc import Mapping

from midakit.sandbox.answers import Body
from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.records import Records

ACCOUNT_WIDE = frozenset(
    {
        "list_projects",
        "create_project",
        "get_project",
        "update_project",
        "delete_project",
        "get_project_configuration",
        "update_project_configuration",
    }
)
_VIEWER = 3


def api_key(headers: Mapping[str, str]) -> str | None:
    """The key as sent; a request that also brings another or an odd one is not trusted."""
    sent = {headers[name] for name in ("x-api-key", "api-key") if name in headers}
    if "authorization" in headers:
        scheme, _, token = headers["authorization"].partition(" ")
        sent.add(token.strip() if scheme.lower() == "bearer" else "")
    if len(sent) > 1:
        raise HttpError(401, "Different API keys were sent")
    return sent.pop() if sent else None


def project_for(records: Records, key: str | None, project_key: str, operation: str) -> Body:
    """The project this key may use here, or a HttpError: 401, 404, 403."""
    if not key:
        raise HttpError(401, "API key is missing")
    opened = records.find_all("key", name=key)
    if not opened:
        raise HttpError(401, "Invalid API key")
    project = records.find_by_name("project", project_key)
    if project is None or all(own["company_id"] != project["company_id"] for own in opened):
        raise HttpError(404, "Project not found")
    if project["status"] == 0:
        raise HttpError(403, "Project is inactive")
    if operation not in ACCOUNT_WIDE and all(own["project_key"] != project_key for own in opened):
        raise HttpError(401, "This API key does not belong to the project")
    return project


def person_for(
    records: Records, headers: Mapping[str, str], project: Body, *, writes: bool
) -> Body | None:
    """The team member behind the connection, if it names one."""
    email = headers.get("x-sandbox-user")
    if not email:
        return None
    members = records.find_all("member", company=project["company_id"])
    person = next((member for member in members if member["email"] == email), None)
    if person is None:
        raise HttpError(401, "No member of the team has this address")
    if writes and person["role"] == _VIEWER:
        raise HttpError(403, "A Viewer cannot change anything")
    return person
