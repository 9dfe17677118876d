"""What an export asks for: the request, its calls, and the plan on disk."""
