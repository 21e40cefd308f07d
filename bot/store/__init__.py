"""Everything that is kept: tables, migrations and one module per aggregate. The only package with SQL."""
