"""Pictures of derivations, by kind, on matplotlib's axes (extra `plot`)."""
