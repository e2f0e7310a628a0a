"""The theorems, one module per module of the machine."""
