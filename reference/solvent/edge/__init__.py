"""What touches the world: codec, checks, command line, replay. The machine never imports it."""
