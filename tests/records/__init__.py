"""What was seen, measured and written about a person."""
