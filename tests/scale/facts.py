"""The table of facts as Arrow, by `columns.csv`: an empty cell is NULL, nothing is guessed."""

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet


class NotHere(Exception):
    """An engine is not installed or does not start."""


def types(folder):
    """Names and types of the columns, in order."""
    lines = (folder / "columns.csv").read_text().splitlines()
    return [tuple(line.rsplit(",", 1)) for line in lines]


def arrow_type(name):
    if name.startswith("DECIMAL"):
        digits, scale = name.removeprefix("DECIMAL(").removesuffix(")").split(":")
        return pa.decimal128(int(digits), int(scale))
    return {"BOOLEAN": pa.bool_(), "BIGINT": pa.int64(), "DATE": pa.date32(), "TEXT": pa.string()}[name]


def read(folder):
    """The table of facts."""
    return csv.read_csv(
        folder / "facts.csv",
        convert_options=csv.ConvertOptions(
            column_types={name: arrow_type(ty) for name, ty in types(folder)},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def as_parquet(folder):
    """The table of facts as a Parquet file, made once."""
    path = folder / "facts.parquet"
    if not path.exists() or path.stat().st_mtime < (folder / "facts.csv").stat().st_mtime:
        parquet.write_table(read(folder), path)
    return path


def write(table, path):
    """A result as CSV: NULL is an empty cell, decimals and dates as they are."""
    columns = []
    for name in table.column_names:
        column = table[name]
        # Views, decimals and dates are none of the types that a CSV writer knows.
        if not (pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)):
            column = column.cast(pa.string())
        columns.append(column)
    csv.write_csv(pa.table(columns, names=table.column_names), path)
    return path


def peak():
    """The most memory this process has had, in MB."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024
