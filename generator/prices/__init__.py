"""What AWS charges: the price book and the free amounts, as data in the package, each figure with its source."""
