"""The conformance kit: other implementations against the reference (README.md in this directory)."""
