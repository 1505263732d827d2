"""Apache DataFusion, in this process."""

import time

import datafusion
import pyarrow as pa

import facts


class Engine:
    def __init__(self, args):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def run(self, folder):
        context = datafusion.SessionContext()
        context.register_parquet("facts", str(facts.as_parquet(folder)))
        begun = time.monotonic()
        batches = context.sql((folder / "datafusion.sql").read_text()).collect()
        result = pa.Table.from_batches(batches)
        took = time.monotonic() - begun
        said = f"{result.num_rows} rows in {took:.2f} s, {facts.peak()} MB"
        yield facts.write(result, folder / "datafusion.csv"), said
