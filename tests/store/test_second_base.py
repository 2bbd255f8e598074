"""A second base of PostgreSQL takes the place of one, whatever they are called."""

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from dematfin.store.engine import open_engine
from dematfin.store.migrate import make_ready
from dematfin.store.saved.postgresql import is_there, made_beside, quoting, take_the_place


@pytest.mark.parametrize("name", ['ville"; DROP DATABASE postgres; --', "ville d'eau 100%s :nom", "VILLE"])
def test_a_base_is_made_beside_and_takes_the_place_whatever_it_is_called(postgres: str, name: str) -> None:
    base = make_url(postgres).set(database=name).render_as_string(hide_password=False)
    engine = create_engine(postgres, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        server.exec_driver_sql(f"CREATE DATABASE {quoting(server)(name)} TEMPLATE template0")
        make_ready(open_engine(base))
        with made_beside(base) as beside:
            make_ready(open_engine(beside))
            open_engine(beside).dispose()
            aside = take_the_place(base, "essai")
        assert aside.startswith(name[:20])
        assert is_there(base)
        names = set(server.execute(text("SELECT datname FROM pg_database")).scalars())
        assert {name, aside, "postgres"} <= names
        for one in (name, aside):
            server.exec_driver_sql(f"DROP DATABASE {quoting(server)(one)} WITH (FORCE)")
