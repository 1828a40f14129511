"""`python -m tests.day`: play the day; exit code 1 when anything differs."""

import sys
import time

import httpx

from tests.day import daughter, doctor, house
from tests.day.phone import Differs
from tests.day.story import Story
from tests.day.system import the_system


def main() -> int:
    begun = time.monotonic()
    with the_system() as system, httpx.Client(base_url=system.url, timeout=20.0) as network:
        story = Story(system, network)
        try:
            kept = doctor.play(story)
            daughter.play(story, kept)
            house.play(story)
        except Differs as difference:
            print(f"\n✗ {difference}", file=sys.stderr)
            return 1
        seconds = time.monotonic() - begun
        print(
            f"\n✓ 与预期一致：{story.asked} 次请求，{story.told_count} 次告知，{seconds:.1f} 秒。"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
