"""Spark as a source of tables: folders of CSV, JSON lines and Parquet, and SQL tables over JDBC."""
