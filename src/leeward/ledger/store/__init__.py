"""The vault on the disk: the only part of the ledger that reads or writes files."""
