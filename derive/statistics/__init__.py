"""Statistics of samples: estimators, likelihoods, and tests of hypotheses with their p values."""
