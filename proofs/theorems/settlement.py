"""Theorems about settlement (spec/settlement.md)."""
