"""What a browser may send: what was typed is kept, and what is wrong with it is said beside it."""
