"""Integrals along curves, over surfaces and over regions, given by parameters."""
