"""文件: photos, signatures, recordings and documents that phones bring and fetch.

    asked ──the phone sends the content to the address it was given──▶ stored

A file belongs to who asked for it, may be about a person, and never changes once it is stored.
"""
