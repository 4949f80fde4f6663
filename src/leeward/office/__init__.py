"""Use cases: what a member does, from opening a vault to sending an appeal. Entries are committed only here."""
