"""Stories from DOMAIN 23: what people do in a day, over HTTP, with the workers' tasks really run.

The people are those of the seeds, so that tests, seeds and docs tell of the same town. A story
signs its people in, turns its clock, and says who does what and what the others then see.
"""
