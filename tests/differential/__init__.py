"""A package, so that no folder of it stands on the path: one has the name of the compiler of Vyper."""
