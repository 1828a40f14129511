"""`make day`: one day of Dr. 沈 and one of Ms. 周, over HTTP, against the system that runs.

Every person signs in with a phone of their own, every step prints what was asked, what the API
answered and who was told; the first thing that differs ends it with exit code 1. It can be played
again and again: what it plans, writes and registers has new ids each time.
"""
