"""Money: bills, orders, channels, books."""
