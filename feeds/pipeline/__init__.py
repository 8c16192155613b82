"""The roads that join the stages; each file reads as the contents page of its road."""
