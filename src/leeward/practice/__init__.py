"""The practice operation: invented people and places by a seeded generator, and the public record of 2017."""
