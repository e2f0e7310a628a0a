"""Theorems about default and loss sharing (spec/default.md)."""
