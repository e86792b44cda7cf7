"""A service of the tests' own, complete with settings, tables, migrations and a process."""
