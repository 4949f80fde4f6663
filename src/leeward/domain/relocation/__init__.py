"""Relocation: safe places and their beds, journeys and their legs, papers and visas."""
