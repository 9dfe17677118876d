"""What an analysis is asked: every choice, and the planned end."""
