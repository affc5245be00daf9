"""The audit of a published tutorial, by subject; `examples/audit_tutorial.py` runs it."""
