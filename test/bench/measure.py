"""Runs one command and prints, as one JSON line, what it and all its descendants used.

Usage: python3 measure.py [--memory-every MS] [--records FILE] -- COMMAND [ARGUMENT...]

wall           seconds from the start of the command to its exit
firstLine      seconds to the end of the first line on its stdout; null without one
user, sys      CPU seconds of the whole process tree, descendants that outlived the command included
exit           exit code, or minus the signal
lines          lines on stdout
orphans        descendants that outlived the command
peakPss        highest sum of PSS over the tree in bytes, with --memory-every
processes      per process, the command itself first: its own highest PSS in bytes
pollShare      share of the wall time that reading the memory took
stderr         the last 2,000 characters

Python because it has what Node lacks: wait4's resource usage, and prctl to adopt orphaned descendants, which together
make the CPU time exact: the kernel adds a process's time to its parent's account when it is reaped, and nobody is reaped
elsewhere. Reading memory costs CPU time, so runs that are timed leave it out.
"""
import argparse
import ctypes
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
import time

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def children(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
    except OSError:
        pass  # It ended meanwhile.
    return found


def tree(pid):
    return [pid] + [found for child in children(pid) for found in tree(child)]


def pss(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class Memory:
    """Peaks of the tree under a process."""

    def __init__(self, root):
        self.root, self.peak, self.processes, self.spent = root, 0, {}, 0.0

    def read(self):
        begin = time.perf_counter()
        now = {pid: pss(pid) for pid in tree(self.root)}
        self.peak = max(self.peak, sum(now.values()))
        for pid, size in now.items():
            self.processes[pid] = max(self.processes.get(pid, 0), size)
        self.spent += time.perf_counter() - begin


def reap_orphans():
    count = 0
    while True:
        try:
            os.wait()
            count += 1
        except ChildProcessError:
            return count


def follow(child, begin, memory, interval, records):
    """Reads stdout to its end; the number of lines and the time of the first."""
    lines, first, due = 0, None, begin
    while True:
        if memory:
            if time.perf_counter() >= due:
                memory.read()
                due = time.perf_counter() + interval
            if not select.select([child.stdout], [], [], max(0, due - time.perf_counter()))[0]:
                continue
        chunk = os.read(child.stdout.fileno(), 1 << 16)
        if not chunk:
            return lines, first
        if first is None and b"\n" in chunk:
            first = time.perf_counter() - begin
        lines += chunk.count(b"\n")
        if records:
            records.write(chunk)


def run(command, interval, records):
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        memory = Memory(child.pid) if interval else None
        lines, first = follow(child, begin, memory, interval, records)
        code = child.wait()
        wall = time.perf_counter() - begin
        orphans = reap_orphans()
        errors.seek(max(0, errors.tell() - 2000))
        message = errors.read().decode("utf-8", "replace")
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = {"wall": wall, "firstLine": first, "user": usage.ru_utime, "sys": usage.ru_stime}
    result |= {"exit": code, "lines": lines, "orphans": orphans, "stderr": message}
    if memory:
        result |= {"peakPss": memory.peak, "processes": list(memory.processes.values())}
        result |= {"pollShare": memory.spent / wall}
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory-every", type=float, default=0, metavar="MS")
    parser.add_argument("--records", metavar="FILE")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    with open(options.records or os.devnull, "wb") as records:
        json.dump(run(command, options.memory_every / 1000, records), sys.stdout)
    print()


main()
