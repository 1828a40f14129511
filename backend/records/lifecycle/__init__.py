"""What a clinical fact may be, what it means, and what follows from it. Pure: no I/O, no clock."""
