"""How a service keeps its state: tables, engine, transactions, migrations.

A service declares its tables on one `MetaData` and gets three more from the platform::

    metadata = service_metadata("profile")          # adapters/tables.py
    platform = PlatformTables(metadata)             # .outbox .inbox .requests
    users = Table("users", metadata, Column("user_id", Uuid, primary_key=True), …)

Its `migrations/env.py` is two statements::

    from services.profile.adapters.tables import metadata
    run(metadata)

and `python -m services.chassis.db.migrate profile upgrade` brings the schema of
`PROFILE_DATABASE_URL` to the newest revision; see `migrate.py` for the other verbs.

Use cases get `Transactions` and `Reads` made by `Database`; see `transaction.py` for
the rules. Two of them in short: nobody calls `commit()`, and no remote call, publish or
sleep happens inside a transaction.
"""
