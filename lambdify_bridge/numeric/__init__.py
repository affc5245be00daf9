"""Operators without a closed form, as operations of a Program that a numerical method computes."""
