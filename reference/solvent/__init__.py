"""Solvent: a clearinghouse for on-chain derivatives whose solvency is proved."""
