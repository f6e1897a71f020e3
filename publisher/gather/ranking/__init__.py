"""The order of a day's papers for a topic: rules, and likeness to papers that somebody liked."""
