"""What can be done to money. One function per verb; each commits whole or not at all."""
