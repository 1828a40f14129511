"""What several routes ask for in the same way."""

from typing import Annotated

from litestar.params import HeaderParameter

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description='the version you read, as `"3"`'),
]
