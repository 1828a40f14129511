"""The bench: this product beside the usual picks, in one run, over the same rows."""
