"""The list of programs, and what each holds."""
