"""The cellar: everything that touches disk, database or a foreign file format."""
