"""Writers of files that leave the product."""
