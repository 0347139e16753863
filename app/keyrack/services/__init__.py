"""What is known of each service's tokens."""
