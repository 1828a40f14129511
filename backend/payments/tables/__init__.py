"""What is kept of money: bills, who pays them, the tries to, and the books."""
