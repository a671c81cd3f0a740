"""How PostgreSQL is spoken to: the only package that imports asyncpg."""
