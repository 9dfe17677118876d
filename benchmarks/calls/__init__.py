"""The scenarios of one GET: who sends it, how many at once, against which door of the server."""
