"""Speed, measured as ratios of two ways to compute the same in one run."""
