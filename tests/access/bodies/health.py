"""What needs nothing and nobody."""

from tests.access.scene import Asked, Scene


async def nothing(_scene: Scene) -> Asked:
    return Asked()


BODIES = {"get_liveness": nothing, "get_readiness": nothing, "get_keys": nothing}
