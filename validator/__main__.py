"""`python -m validator` is the command `okr-validator`."""

from __future__ import annotations

import sys

from validator.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
