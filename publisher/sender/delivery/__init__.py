"""The delivery of issues: at most one message to each subscriber."""
