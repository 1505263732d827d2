"""PostgreSQL: a server of its own in a temporary folder, reached through a socket there, without fsync."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import facts

USER = "postgres"


def programs():
    """The folder of the newest `initdb` of this machine."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = str(found[-1]) if found else shutil.which("initdb")
    if not path:
        raise facts.NotHere("there is no initdb")
    return pathlib.Path(path).parent


class Engine:
    def __init__(self, args):
        self.programs = programs()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="enact-postgres-"))

    def as_user(self, *command, **options):
        """Runs a program; as root by another user, as PostgreSQL refuses root."""
        if os.geteuid() == 0:
            command = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command)
        return subprocess.run(command, check=True, cwd=self.folder, **options)

    def __enter__(self):
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER, USER)
        quiet = {"stdout": subprocess.DEVNULL}
        data = self.folder / "data"
        self.as_user(self.programs / "initdb", "-D", data, "-U", USER, "--no-sync", "-E", "UTF8", "--locale=C", **quiet)
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off -c jit=off"
        log = self.folder / "log"
        self.as_user(self.programs / "pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "start", **quiet)
        return self

    def __exit__(self, *error):
        stop = (self.programs / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        self.as_user(*stop, stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, text, **options):
        # An error in any statement ends the run.
        command = ["psql", "-h", self.folder, "-U", USER, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", USER, "-f", "-"]
        return subprocess.run(command, input=text, text=True, check=True, **options)

    def run(self, folder):
        columns = ", ".join(f'"{name}" {ty.replace(":", ",")}' for name, ty in facts.types(folder))
        self.psql(f"DROP TABLE IF EXISTS facts; CREATE UNLOGGED TABLE facts ({columns});\n"
                  f"\\copy facts FROM '{folder.absolute() / 'facts.csv'}' (FORMAT csv, HEADER, NULL '')\nANALYZE facts;")
        query = (folder / "postgres.sql").read_text()
        result = folder / "postgres.csv"
        begun = time.monotonic()
        self.psql(f"CREATE UNLOGGED TABLE result AS {query};")
        took = time.monotonic() - begun
        with open(result, "w") as out:
            self.psql("COPY result TO STDOUT (FORMAT csv, HEADER); DROP TABLE result;", stdout=out)
        with open(result) as lines:
            rows = sum(1 for _ in lines) - 1
        yield result, f"{rows} rows in {took:.2f} s"
