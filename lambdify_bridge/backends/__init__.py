"""Backends print a `Program` as code, one file each, and know nothing of SymPy."""
