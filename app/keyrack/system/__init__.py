"""What keyrack needs of the operating system, below everything that decides something."""
