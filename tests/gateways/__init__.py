"""Pretend providers on a real wire: they keep what they were sent, and answer as they are told."""
