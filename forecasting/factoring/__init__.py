"""Factoring: the contract, the account day by day, the entries."""
