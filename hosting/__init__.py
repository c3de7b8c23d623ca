"""What it takes to run Encaisse for others: the image, the proxy, packages held by their hashes, known holes in them."""
