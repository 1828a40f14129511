"""What crosses the wire about people."""
