"""The relay, the worker and the clock, with a real PostgreSQL and a real Valkey."""
