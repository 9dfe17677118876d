"""Who is calling: the API key in one of three headers, its project, and perhaps a person.

- A key of any project opens the project operations of every project of its account.
- Everything else needs a key of that very project [choice 34].
- `X-Sandbox-User: EMAIL` stands for a connection that identifies a member of the team [choice 38].
"""

from collections.abc import Mapping

from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.records import Records
from midakit.sandbox.values import Body

ACCOUNT_WIDE = frozenset(
    {"list_projects", "create_project", "get_project", "update_project", "delete_project",
     "get_project_configuration", "update_project_configuration"}
)  # fmt: skip
_VIEWER = 3


def sent_key(headers: Mapping[str, str]) -> str | None:
    """Return the API key of a request.

    Args:
        headers: The headers, whatever their case.

    Returns:
        The key, or None when none was sent.

    Raises:
        HttpError: 401, several headers name different keys.
    """
    sent = {headers[name] for name in ("x-api-key", "api-key") if name in headers}
    if "authorization" in headers:
        scheme, _, token = headers["authorization"].partition(" ")
        sent.add(token.strip() if scheme.lower() == "bearer" else "")
    if len(sent) > 1:
        raise HttpError(401, "Different API keys were sent")
    return sent.pop() if sent else None


def project_for(records: Records, key: str | None, project_key: str, operation: str) -> Body:
    """Return the project that a key may use for an operation.

    Args:
        records: The stored keys and projects.
        key: The API key that was sent.
        project_key: The project in the path.
        operation: The `operationId`; a few operations accept a key of another project of the account.

    Returns:
        The stored project.

    Raises:
        HttpError: 401, the key is missing, unknown, or of another project; 404, there is no such
            project in its account; 403, the project is inactive.
    """
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
    """Return the team member that the connection names.

    Args:
        records: The stored members.
        headers: The headers of the request.
        project: The project that is used.
        writes: Whether the request changes something.

    Returns:
        The member, or None when the request names nobody.

    Raises:
        HttpError: 401, the team has no such member; 403, a Viewer wants to change something.
    """
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
