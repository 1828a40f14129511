"""The same two routes by other means: they read and write the same rows as we do."""
