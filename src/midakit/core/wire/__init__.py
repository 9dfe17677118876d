"""Everything below `send(Request) -> Response`: messages, limits on what is read, and the HTTP stacks."""
