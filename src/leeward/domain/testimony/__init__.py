"""What people told us: interviews, accounts in paragraphs, and the acts that are coded beside them."""
