"""Refusals about ties: known to us, and not (or no longer) the caller's to see."""

from backend.core.problems import Problem


class DelegationEnded(Problem):
    """RC-03: what the elder allowed has run out or was taken back."""

    status = 403
    code = "delegation_ended"
    title = "授权已结束"
    title_en = "This delegation has ended."
    rule = "RC-03"


class TieEnded(Problem):
    """The caller once cared for this person, and does no longer."""

    status = 403
    code = "tie_ended"
    title = "您已不再参与该老人的照护"
    title_en = "You no longer take part in this person's care."


class ScopeMissing(Problem):
    """RC-03: the delegation lives, and does not hold what this needs: `facts.scope`."""

    status = 403
    code = "scope_missing"
    title = "授权范围不包含此项"
    title_en = "The delegation does not allow this."
    rule = "RC-03"
