"""Array graphs as straight-line NumPy, run at points, and checked against numbers.

A node is anything with `args`, `data` and `shape`; what it does is told by the name of its class.
"""
