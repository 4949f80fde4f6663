"""Who was asked what, by when an answer is due, and what came."""
