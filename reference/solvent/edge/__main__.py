"""`python -m solvent.edge` is `solvent`."""

import sys

from solvent.edge.cli import main

if __name__ == "__main__":
    sys.exit(main())
