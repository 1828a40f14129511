"""Files that phones bring and fetch."""
