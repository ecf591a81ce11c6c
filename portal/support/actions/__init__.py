"""What is done at the desk, one file for each kind of deed."""
