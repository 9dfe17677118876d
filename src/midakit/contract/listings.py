"""Questions about lists, limits and refusals (pure)."""

from midakit.contract.question import Judgement, ReadReply, question


def _ids(reply: ReadReply, name: str = "experiments", key: str = "test_id") -> list[object]:
    return [row.get(key) for row in reply.rows(name)]


@question(
    "list-order", "Is the order of a list the same at two reads?",
    "the order may change; what is read twice is dropped", "experiments", "experiments again",
)  # fmt: skip
def _list_order(first: ReadReply, again: ReadReply) -> Judgement:
    """Compare two reads of the same list."""
    ids = _ids(first)
    if len(ids) < 2:
        return None, "fewer than two experiments"
    # an id is a number, or its digits as text
    rising = sorted(ids, key=lambda one: (len(str(one)), str(one)))
    order = "by rising id" if ids == rising else "in another order"
    order = "by falling id" if ids == rising[::-1] else order
    return (
        True,
        f"{'the same' if ids == _ids(again) else 'another order at the second read'}, {order}",
    )


@question(
    "list-pages", "Do pages of one item follow each other as one list does?",
    "offset counts items", "first page", "second page", "two experiments",
)  # fmt: skip
def _list_pages(first: ReadReply, second: ReadReply, both: ReadReply) -> Judgement:
    """Compare two pages with a page of two."""
    if len(_ids(both)) < 2:
        return None, "fewer than two experiments"
    same = _ids(first) + _ids(second) == _ids(both)
    return same, "they do" if same else "they do not: offset counts something else"


@question("list-count", "Is `count` the number of rows of a page, or a total?",
          "the rows of the page; lists end at a short page", "one experiment", "two experiments")  # fmt: skip
def _list_count(one: ReadReply, two: ReadReply) -> Judgement:
    """Read pages of one and of two items."""
    if len(_ids(two)) < 2:
        return None, "fewer than two experiments"
    counts = (one.get("count"), two.get("count"))
    if None in counts:
        return False, "there is no count"
    return counts == (1, 2), "the rows of the page" if counts == (1, 2) else "a total"


@question("list-limit-over", "What does a limit over 500 give?", "a refusal with 400, so it is not sent",
          "limit 501", errors=True)  # fmt: skip
def _limit_over(reply: ReadReply) -> Judgement:
    """Ask for 501 rows."""
    return reply.status == 400, _refused_or(reply, "it is accepted, perhaps cut to 500")


@question("list-limit-zero", "What does a limit of 0 give?", "a refusal with 400, so it is not sent",
          "limit 0", errors=True)  # fmt: skip
def _limit_zero(reply: ReadReply) -> Judgement:
    """Ask for no rows."""
    rows = len(reply.rows("experiments"))
    return reply.status == 400, _refused_or(reply, f"{'no' if not rows else 'some'} rows")


@question("list-scope", "Are experiments of other projects listed, and refused when they are read?",
          "listings cover the account; such an id gets 404", "foreign experiment", errors=True)  # fmt: skip
def _list_scope(reply: ReadReply) -> Judgement:
    """Read a listed experiment that the details do not know."""
    return reply.status == 404, f"status {reply.status}"


@question("list-serving", "How does a list show that nothing is served?",
          "`serving_variant_id` is null or missing", "experiments")  # fmt: skip
def _list_serving(reply: ReadReply) -> Judgement:
    """Look for the field in the rows."""
    kinds = {
        "missing" if "serving_variant_id" not in row else
        "null" if row["serving_variant_id"] is None else type(row["serving_variant_id"]).__name__
        for row in reply.rows("experiments")
    }  # fmt: skip
    if not kinds:
        return None, "no experiments"
    return kinds <= {"missing", "null", "str"}, ", ".join(sorted(kinds))


@question("projects-count", "Is `count` of projects the number of rows of a page?",
          "the rows of the page", "one project", "projects")  # fmt: skip
def _projects_count(page: ReadReply, whole: ReadReply) -> Judgement:
    """Read a page of one project."""
    if len(whole.rows("projects")) < 2:
        return None, "fewer than two projects"
    rows = page.get("count") == len(page.rows("projects"))
    return rows, "the rows of the page" if rows else "otherwise"


@question("event-property", "Are properties of an event JSON text or an object?",
          "both are read", "events")  # fmt: skip
def _event_property(reply: ReadReply) -> Judgement:
    """Look at the kinds of the field."""
    kinds = {type(row.get("event_property")).__name__ for row in reply.rows("events")}
    if not kinds:
        return None, "no events"
    return kinds <= {"str", "dict", "NoneType"}, ", ".join(sorted(kinds))


@question("group-names", "What are id and name of an exclusion group called in a list?",
          "`id` and `name`", "groups")  # fmt: skip
def _group_names(reply: ReadReply) -> Judgement:
    """Look at the keys of the rows."""
    rows = reply.rows("groups")
    if not rows:
        return None, "no exclusion groups"
    names = [name for name in ("id", "group_id", "name", "group_name") if name in rows[0]]
    return names == ["id", "name"], ", ".join(names)


@question("unknown-id", "What status does an id get that nobody has?", "404", "unknown experiment",
          errors=True)  # fmt: skip
def _unknown_id(reply: ReadReply) -> Judgement:
    """Read an experiment that cannot be there."""
    return reply.status == 404, f"status {reply.status}"


@question("bad-id", "What status does an id get that is no number?", "400 or 404, both are refusals",
          "bad id", errors=True)  # fmt: skip
def _bad_id(reply: ReadReply) -> Judgement:
    """Read an experiment by a word."""
    return reply.status in (400, 404), f"status {reply.status}"


@question("error-body", "What shape does a refusal have?", "`error` is text", "unknown experiment",
          errors=True)  # fmt: skip
def _error_body(reply: ReadReply) -> Judgement:
    """Look at the body of a refusal."""
    if reply.body is None:
        return False, "no JSON object"
    kind = type(reply.body.get("error")).__name__
    return kind == "str", f"`error` is {'missing' if 'error' not in reply.body else kind}"


@question("rate-limit-headers", "Does an answer say how many requests are left?",
          "no header says it; Retry-After is obeyed on 429", "experiments")  # fmt: skip
def _rate_limit_headers(reply: ReadReply) -> Judgement:
    """Look for headers with a limit."""
    names = sorted(name for name in reply.headers if "ratelimit" in name.replace("-", ""))
    return not names, ", ".join(names) if names else "none"


@question("configuration-types", "Are numbers of the project's defaults text or numbers?",
          "both are read", "configuration")  # fmt: skip
def _configuration_types(reply: ReadReply) -> Judgement:
    """Look at the kinds of three fields."""
    stored = reply.get("configuration") or {}
    kinds = {
        name: type(stored.get(name)).__name__
        for name in ("analysis_method", "frequentist_type", "confidence_level")
    }
    fine = all(kind in ("str", "int", "float", "NoneType") for kind in kinds.values())
    return fine, ", ".join(f"{name} {kind}" for name, kind in kinds.items())


def _refused_or(reply: ReadReply, otherwise: str) -> str:
    return f"refused with {reply.status}" if reply.status >= 400 else otherwise
