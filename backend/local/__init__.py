"""The embedded default: real PostgreSQL 18 and Valkey 8 from wheels, started and kept here."""
