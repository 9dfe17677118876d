"""Questions about filters, dates and goals of reports (pure)."""

from midakit.contract.question import Judgement, ReadReply, question, same_visitors, visitors_of


@question("filter-or", "Are two tokens of one dimension (`mobile,desktop`) alternatives?", "they are",
          "result mobile", "result desktop", "result both")  # fmt: skip
def _filter_or(mobile: ReadReply, desktop: ReadReply, both: ReadReply) -> Judgement:
    """Compare the visitors."""
    apart = visitors_of(mobile) + visitors_of(desktop)
    if not visitors_of(mobile) or not visitors_of(desktop):
        return None, "one of them has no visitors"
    if same_visitors(visitors_of(both), apart):
        return True, "alternatives"
    return False, "nobody fits both" if not visitors_of(both) else "otherwise"


@question("filter-unknown", "What does an unknown token of `filter_by` give?",
          "it is sent; the server decides", "result unknown token", "result", errors=True)  # fmt: skip
def _filter_unknown(unknown: ReadReply, everyone: ReadReply) -> Judgement:
    """Send one."""
    if not unknown.ok:
        return True, f"refused with {unknown.status}"
    if not visitors_of(everyone):
        return None, "no visitors"
    if same_visitors(visitors_of(unknown), visitors_of(everyone)):
        return True, "ignored"
    return True, "nobody fits" if not visitors_of(unknown) else "otherwise"


@question("filter-part", "Does `contains` take a part of a fixed word, such as `mob`?",
          "it does; the client asks for the whole word all the same", "result part of a value",
          "result mobile", errors=True)  # fmt: skip
def _filter_part(part: ReadReply, mobile: ReadReply) -> Judgement:
    """Send a part."""
    if not part.ok:
        return False, f"refused with {part.status}"
    if not visitors_of(mobile):
        return None, "no visitors with a mobile"
    same = same_visitors(visitors_of(part), visitors_of(mobile))
    return same, "it selects what the word selects" if same else "nobody or everybody fits"


@question("filter-hour", "May an hour be text?", "numbers are sent; text is not", "result hour as text",
          "result hour", errors=True)  # fmt: skip
def _filter_hour(text: ReadReply, number: ReadReply) -> Judgement:
    """Send both."""
    if not text.ok:
        return True, f"text is refused with {text.status}"
    if not (visitors_of(text) or visitors_of(number)):
        return None, "no visitors after nine"
    same = number.ok and same_visitors(visitors_of(text), visitors_of(number))
    return same, "text and number select the same" if same else "text selects something else"


@question("zone-halves", "Is half an hour of a time zone accepted?", "it is", "result half zone",
          errors=True)  # fmt: skip
def _zone_halves(reply: ReadReply) -> Judgement:
    """Send 5.5."""
    return reply.ok, "accepted" if reply.ok else f"refused with {reply.status}"


@question("dates-order", "What do dates out of order give?", "400", "result dates", errors=True)
def _dates_order(reply: ReadReply) -> Judgement:
    """Send an end before the start."""
    return reply.status == 400, f"status {reply.status}"


@question("goal-precedence", "Which wins, `goal_key` or `goal_profile_id`?",
          "open, so only one is sent", "result by key", "result by id", "result by both",
          errors=True)  # fmt: skip
def _goal_precedence(key: ReadReply, number: ReadReply, both: ReadReply) -> Judgement:
    """Send the key of one goal and the id of another."""
    if not (key.ok and number.ok):
        return None, "one of the goals cannot be read"
    if not both.ok:
        return True, f"both are refused with {both.status}"
    counts = [
        sum(int(float(row["conversions"] or 0)) for row in one.rows("variants"))
        for one in (key, number, both)
    ]
    of_key, of_number, of_both = counts
    if same_visitors(of_key, of_number):
        return None, "the two goals have the same figures"
    if same_visitors(of_both, of_key):
        return True, "the key"
    return True, "the id" if same_visitors(of_both, of_number) else "neither"
