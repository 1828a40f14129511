"""The guide for the phone developer does what it says."""
