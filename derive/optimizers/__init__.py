"""Optimisers: update rules, step sizes that converge, rates, and what regularisation does."""
