"""What happens later and elsewhere: the relay hands out what is due, the worker runs it.

PostgreSQL owes, Valkey only dispatches: it may be flushed at any time and nothing is lost. A job
is run at least once; whatever it does carries its key, so that twice is as good as once. Replace
the workers before the API: what is owed to a task that a process does not know waits for the next.
"""
