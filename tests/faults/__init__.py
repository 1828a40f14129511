"""The whole system at work while its parts are killed: nothing acknowledged may be lost."""
