"""Care plans."""
