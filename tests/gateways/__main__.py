"""`python -m tests.gateways <delay in ms>`: a provider until it is killed; says its address."""

import asyncio
import sys

from tests.gateways.provider import Provider


async def main(delay_ms: int) -> None:
    async with Provider(delay_s=delay_ms / 1000).listening() as address:
        print(address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
