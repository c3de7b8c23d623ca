"""Trade-credit insurance: the policy, the claim, the deadlines."""
