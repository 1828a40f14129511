"""What crosses the wire of payments."""
