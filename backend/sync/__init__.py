"""同步: what happened to a person, over all slices, as a phone or a reader may keep it.

The journal is the one order of what happened. Each slice's `changes.py` says, by topic, who may
see it and how it is shown; sync knows nothing else of a slice.
"""
