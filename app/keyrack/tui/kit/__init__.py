"""What every screen is built from: dialogs, inputs, keys, colours."""
