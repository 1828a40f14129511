"""What no input may do: break us, hold us, or make us say too much (F1, F2, L3, S5)."""
