#!/usr/bin/env python3
"""Runs the queries of `enact compile` on real engines and has every row compared with the interpreter.

    run.py FOLDER ENGINE [--partitions 1,4,64] [--kill]

FOLDER was written by `cargo run --example sql_rows -- draw …` or `… random …`. ENGINE is duckdb, datafusion, postgres or
spark. An engine that is not here is skipped: that is printed, and the exit code is 3. The comparer is found in SQL_ROWS.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

import facts  # noqa: E402

SKIPPED = 3


def compare(folder, result):
    """Prints what the comparer says; whether nothing differs."""
    comparer = os.environ.get("SQL_ROWS", "target/debug/examples/sql_rows")
    begun = time.monotonic()
    done = subprocess.run([comparer, "compare", str(folder), str(result)])
    print(f"  compared in {time.monotonic() - begun:.1f} s", flush=True)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("engine", choices=["duckdb", "datafusion", "postgres", "spark"])
    parser.add_argument("--partitions", default="4", help="Spark: numbers of partitions, each a run")
    parser.add_argument("--kill", action="store_true", help="Spark: kill -9 one worker in the last run")
    args = parser.parse_args()
    folders = [args.folder] if (args.folder / "columns.csv").exists() else sorted(
        path for path in args.folder.iterdir() if (path / "columns.csv").exists())
    try:
        engine = __import__(f"engine_{args.engine}").Engine(args)
    except (ImportError, facts.NotHere) as error:
        print(f"SKIPPED {args.engine}: {error}")
        return SKIPPED
    wrong = 0
    with engine:
        for folder in folders:
            for result, said in engine.run(folder):
                print(f"{args.engine} {folder.name}: {said}", flush=True)
                wrong += not compare(folder, result)
    print(f"{args.engine}: {len(folders)} policies, {wrong} wrong", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
