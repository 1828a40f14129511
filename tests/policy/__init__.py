"""Numbers of care and money: dated, released, and answered by the profile in force."""
