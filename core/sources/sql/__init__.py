"""Tables of SQL databases: MySQL and MariaDB, SQLite, PostgreSQL."""
