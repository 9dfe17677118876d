"""The API contract: its operations, and the check of JSON values against its schemas."""
