"""The prover: lifts Python functions over integers to Z3. This package is the trusted base (README.md)."""
