"""The town: planted once or twice, whole, and of nobody real."""
