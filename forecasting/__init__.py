"""The pure core: from invoices, a scenario and contracts to a treasury curve."""
