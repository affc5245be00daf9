"""Sums and products by one index: one file for each method, assembled in `summation`."""
