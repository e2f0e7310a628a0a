"""Theorems (spec)."""
