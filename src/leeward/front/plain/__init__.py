"""The way without a script: forms that the front reads, seals in memory and hands on. Nothing is written here."""
