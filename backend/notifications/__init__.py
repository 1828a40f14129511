"""通知: who is told, of what, once.

    recorded ──hand over──▶ handed ──receipt──▶ seen

A notification is recorded once for a recipient, a kind and an event; it is handed to its
transport at least once under one key. Its text never holds a diagnosis or the name of a medicine.
"""
