"""The parts that every screen is built from: dialogs, inputs, keys, colors."""
