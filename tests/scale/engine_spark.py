"""Apache Spark standalone on the loopback: a master and two workers, each a process of its own, ANSI mode, UTC."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import facts

LOOPBACK = "127.0.0.1"
WORKERS = 2
# Under load a Java process takes a minute or two to come up.
PATIENCE = 240


def free_port():
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


class Engine:
    def __init__(self, args):
        import pyspark  # Absent: skipped.
        if not shutil.which("java"):
            raise facts.NotHere("there is no java")
        self.args = args
        self.home = pathlib.Path(pyspark.__file__).parent
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="enact-spark-"))
        self.processes = []

    def start(self, name, *args):
        env = dict(os.environ, SPARK_HOME=str(self.home), SPARK_LOCAL_IP=LOOPBACK, SPARK_DAEMON_MEMORY="512m",
                   SPARK_WORKER_DIR=str(self.folder / name), SPARK_NO_DAEMONIZE="1")
        command = [str(self.home / "bin" / "spark-class"), *args]
        log = open(self.folder / f"{name}.log", "w")
        # spark-class becomes the Java process, so its number is the one to kill.
        process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def wait_for(self, text, logs):
        begun = time.monotonic()
        while sum(text in path.read_text() for path in logs) < len(logs):
            if time.monotonic() - begun > PATIENCE:
                raise facts.NotHere(f"Spark did not say `{text}` in {PATIENCE} s")
            time.sleep(0.5)

    def __enter__(self):
        from pyspark.sql import SparkSession
        begun = time.monotonic()
        port = free_port()
        package = "org.apache.spark.deploy"
        self.start("master", f"{package}.master.Master", "--host", LOOPBACK, "--port", str(port),
                   "--webui-port", str(free_port()))
        url = f"spark://{LOOPBACK}:{port}"
        self.wait_for("I have been elected leader", [self.folder / "master.log"])
        self.workers = [
            self.start(f"worker{number}", f"{package}.worker.Worker", url, "--host", LOOPBACK, "--cores", "1",
                       "--memory", "1g", "--webui-port", str(free_port()))
            for number in range(WORKERS)
        ]
        self.wait_for("Successfully registered", [self.folder / f"worker{number}.log" for number in range(WORKERS)])
        os.environ["SPARK_LOCAL_IP"] = LOOPBACK
        settings = {
            "spark.master": url,
            "spark.driver.host": LOOPBACK,
            "spark.driver.bindAddress": LOOPBACK,
            "spark.executor.memory": "1g",
            "spark.sql.ansi.enabled": "true",
            "spark.sql.session.timeZone": "UTC",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            # One Java method for all layers grows past the 64 KB a method may have: each layer is compiled by itself.
            "spark.sql.codegen.wholeStage": "false",
            "spark.local.dir": str(self.folder),
        }
        builder = SparkSession.builder.appName("enact")
        for name, value in settings.items():
            builder = builder.config(name, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        print(f"spark: master and {WORKERS} workers up in {time.monotonic() - begun:.0f} s", flush=True)
        return self

    def __exit__(self, *error):
        if hasattr(self, "session"):
            self.session.stop()
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill_a_worker(self):
        """Kills a worker and what it runs, as soon as a stage has tasks done but not all."""
        tracker = self.session.sparkContext.statusTracker()
        while not self.done:
            for stage in tracker.getActiveStageIds():
                info = tracker.getStageInfo(stage)
                if info and info.numTasks > 4 and info.numCompletedTasks * 10 >= info.numTasks:
                    worker = self.workers[0].pid
                    children = subprocess.run(["pgrep", "-P", str(worker)], capture_output=True, text=True)
                    for pid in [worker, *map(int, children.stdout.split())]:
                        os.kill(pid, signal.SIGKILL)
                    self.killed = f"worker killed at {info.numCompletedTasks} of {info.numTasks} tasks"
                    return
            time.sleep(0.02)

    def run(self, folder):
        query = (folder / "spark.sql").read_text()
        table = self.session.read.parquet(str(facts.as_parquet(folder).absolute()))
        runs = [int(number) for number in self.args.partitions.split(",")]
        for index, partitions in enumerate(runs):
            table.repartition(partitions).createOrReplaceTempView("facts")
            out = self.folder / "result"
            shutil.rmtree(out, ignore_errors=True)
            self.done, self.killed = False, ""
            watcher = None
            if self.args.kill and index + 1 == len(runs):
                watcher = threading.Thread(target=self.kill_a_worker)
                watcher.start()
            begun = time.monotonic()
            self.session.sql(query).write.parquet(str(out))
            took = time.monotonic() - begun
            self.done = True
            if watcher:
                watcher.join()
                if not self.killed:
                    raise RuntimeError("the run was over before a worker could be killed: give it more rows")
            import pyarrow.parquet as parquet
            result = parquet.read_table(out)
            said = f"{result.num_rows} rows, {partitions} partitions, in {took:.1f} s {self.killed}"
            yield facts.write(result, folder / "spark.csv"), said
