"""Expected values and variances of letters that are drawn from densities."""
