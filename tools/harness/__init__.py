"""What the demo, the acceptance checks and the execution tests share."""
