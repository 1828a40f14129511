"""我的工作: one's own list across the slices, in the order of clinical priority, then of time.

It owns nothing: each line is a question to the slice that knows, and goes away when it is done.
"""
