"""What an analysis answers: frozen values."""
