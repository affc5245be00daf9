"""Derivatives of programs: a `Program` in, a `Program` out."""
