"""Simulation: one path to read, many paths to count."""
