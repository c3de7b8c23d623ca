"""What an offer of a factor or an insurer means to its reader: cost by heading, use, refusals, limits, years."""
