"""Theorems about certified books (spec/certification.md)."""
