"""DuckDB, in this process."""

import time

import duckdb

import facts


class Engine:
    def __init__(self, args):
        self.connection = duckdb.connect()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.close()

    def run(self, folder):
        path = facts.as_parquet(folder)
        self.connection.execute(f"CREATE OR REPLACE VIEW facts AS SELECT * FROM '{path}'")
        begun = time.monotonic()
        result = self.connection.sql((folder / "duckdb.sql").read_text()).to_arrow_table()
        took = time.monotonic() - begun
        yield facts.write(result, folder / "duckdb.csv"), f"{result.num_rows} rows in {took:.2f} s, {facts.peak()} MB"
