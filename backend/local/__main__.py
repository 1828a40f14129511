"""`make up` runs the whole of Bedside on this machine; `make clean` removes its data."""

import sys

from backend.local.places import FOLDER, CannotStart, remove


def main() -> int:
    try:
        if sys.argv[1:] == ["clean"]:
            remove(FOLDER)
        else:
            from backend.local.supervisor import up  # noqa: PLC0415 - cleaning needs no package

            up(FOLDER)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, a missing permission
        print(f"{error.filename or 'The system'}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
