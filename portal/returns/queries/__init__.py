"""What pages show of returns and claims: one select of just that, whatever the number of rows."""
