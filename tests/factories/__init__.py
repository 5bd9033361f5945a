"""Made-up people, schools and files; each function makes what it needs and nothing more."""
