"""C3: every status, every move, every role; and lives of things in which anything happens.

The transition tables say what leads where. Whatever they do not name changes not one row.
"""
