"""Two pages for people, from the same document: who may do what, and what we may answer."""

from backend.core.access import EVERYONE, FIELD, REGULATORS, STAFF
from backend.docs import chinese
from backend.openapi.document import Json, allowed

GROUPS = {"everyone": EVERYONE, "staff": STAFF, "field": FIELD, "regulator": REGULATORS}


def permissions(document: Json) -> str:
    """Every operation with its roles, and the policies that are asked after them."""
    lines = [
        "# Who may do what",
        "",
        "Written by `make contract`. A role opens a route; the care team or a delegation opens the",
        "record (`people.tie`); a policy opens the move. A SENIOR_GP may do what a GP may.",
        "",
        *(
            f"* **{name}**: {' '.join(sorted(roles))}"
            for name, roles in GROUPS.items()
            if name != "everyone"
        ),
    ]
    for tag in document["tags"]:
        lines += ["", f"## {chinese(tag)} {tag['name']}", ""]
        lines += ["| operation | | roles | policies |", "|---|---|---|---|"]
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    roles = _roles(operation)
                    policies = " ".join(operation["x-policies"]) or "–"
                    lines.append(
                        f"| {operation['operationId']} | `{method.upper()} {path}` "
                        f"| {roles} | {policies} |"
                    )
    return "\n".join(lines) + "\n"


def problems(document: Json) -> str:
    """Every refusal, in order of status and code."""
    lines = [
        "# What Bedside refuses",
        "",
        "Written by `make contract`. Each is `application/problem+json` (RFC 9457); a `code` keeps",
        "its meaning for ever, and `rule` names the rule of care, money or law behind it.",
        "",
        "| status | code | 中文 | English | rule |",
        "|---|---|---|---|---|",
    ]
    said = document["x-problems"]
    for code in sorted(said, key=lambda code: (said[code]["status"], code)):
        kind = said[code]
        lines.append(
            f"| {kind['status']} | `{code}` | {kind['title']} | {kind['title_en']} "
            f"| {kind['rule'] or '–'} |"
        )
    return "\n".join(lines) + "\n"


def _roles(operation: Json) -> str:
    """Groups where they fit whole, the rest one by one."""
    if operation["x-allow"] == ["public"]:
        return "public"
    left, words = set(allowed(operation)), []
    for name, roles in GROUPS.items():
        if roles <= left:
            words.append(f"**{name}**")
            left -= roles
    return " ".join([*words, *sorted(left)]) or "nobody"
