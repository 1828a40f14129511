"""通知: who is told, of what, once.

    recorded ──push──▶ handed ──receipt──▶ seen
                 └─ failed ──▶ text message (urgent) ──▶ call (emergency)

A notification is recorded once for a recipient, a kind and an event; it is handed to a transport
at least once under one key. Its text never holds a diagnosis or the name of a medicine, and names
nobody beyond 周*: it is read on a lock screen. Nobody is woken at night, except in an emergency.
"""
