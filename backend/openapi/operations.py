"""The operations of an application, as their handlers declare them."""

from http import HTTPStatus
from typing import Any, get_args, get_origin

import msgspec
from litestar import Litestar
from litestar import Response as HttpResponse
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from backend.core import door
from backend.core.access import Role, only_allowed_roles
from backend.core.problems import Malformed, Missing, NotJson, TooLarge, TooMany
from backend.core.strict import Parameter, body_of, parameters
from backend.openapi.reached import Reached, reached


class Operation(msgspec.Struct):
    """One method of one path."""

    method: str
    path: str
    handler: HTTPRouteHandler

    @property
    def is_public(self) -> bool:
        return bool(self.handler.opt.get("public"))

    @property
    def allow(self) -> list[str]:
        """Who may call it; a SENIOR_GP is a GP too."""
        allow = set(self.handler.opt.get("allow", ()))
        if Role.GP in allow:
            allow.add(Role.SENIOR_GP)
        return sorted(allow)

    @property
    def area(self) -> str:
        """The slice whose route it is."""
        return str(self.handler.fn.__module__.split(".")[1])

    @property
    def body(self) -> Any:
        """The Struct it takes; None without one."""
        return body_of(self.handler)

    @property
    def takes_bytes(self) -> bool:
        return self.method == "put" and self.path.startswith(door.OWN_MEDIA)

    @property
    def parameters(self) -> list[Parameter]:
        return list(parameters(self.handler))

    @property
    def returned(self) -> Any:
        given = self.handler.parsed_fn_signature.return_type.raw
        return get_args(given)[0] if get_origin(given) is HttpResponse else given

    @property
    def successes(self) -> list[int]:
        """A PUT answers 201 the first time and 200 ever after."""
        given = self.handler.parsed_fn_signature.return_type.raw
        if self.method == "put" and get_origin(given) is HttpResponse:
            return [HTTPStatus.OK, HTTPStatus.CREATED]
        return [self.handler.status_code]

    @property
    def reached(self) -> Reached:
        found = reached(self.handler.fn)
        problems = {*found.problems, door.HeadersTooLarge}
        if not self.is_public:
            problems |= reached(only_allowed_roles).problems
        if "limit" in self.handler.opt:
            problems |= {TooMany}
        if self.parameters:
            problems |= {Malformed}
        if "{" in self.path:
            problems |= {Missing}
        if self.method in ("put", "post") and not self.takes_bytes:
            problems |= {Malformed, TooLarge, NotJson}
        return Reached(frozenset(problems), found.policies)


def operations(app: Litestar) -> list[Operation]:
    """Every operation of the application, in order of path and method."""
    found = [
        Operation(method.lower(), route.path_format, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and handler.resolve_include_in_schema()
    ]
    return sorted(found, key=lambda operation: (operation.path, operation.method))
