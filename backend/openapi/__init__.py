"""The contract, read from the code: `python -m backend.openapi` writes `openapi/` anew.

Nothing is said twice: shapes come from the Structs, roles from the routes, refusals and policies
from what a route's code can reach, the words of an area from its package.
"""
