"""Check the statistics and the sandbox against files of reference cases."""
