"""The words of payments, and the arithmetic that follows from them. Pure."""
