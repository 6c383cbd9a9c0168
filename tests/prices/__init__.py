"""The refresh of the price book."""
