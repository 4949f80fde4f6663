"""The public side of the hotline: what its page asks, whether it is really ours, who may write, the offline form."""
