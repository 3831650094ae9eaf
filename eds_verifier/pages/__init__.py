"""What people see: the sign-in page, the agreement, and every way it can go wrong."""
