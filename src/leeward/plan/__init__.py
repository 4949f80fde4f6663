"""The planner: who sleeps where each night, and who leaves by which way on which day. Numbers and ids only."""
