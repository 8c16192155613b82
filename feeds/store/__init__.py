"""What is kept: SQLAlchemy Core, rows to values and back, one file a noun."""
