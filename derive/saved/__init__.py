"""Derivations as plain data that is read back and never run."""
