"""`python -m solvent.edge` is `solvent`."""

import sys

from solvent.edge.cli import main

sys.exit(main())
