"""Answers that a test wants in place of the sandbox's own, and whether something was asked. Pure."""
