"""What leaves the team: for one audience, with consent, transformed, and with the list of what was held back."""
