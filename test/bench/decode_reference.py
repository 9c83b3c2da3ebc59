"""Decodes pictures as the classic demos do: imread, then INTER_AREA to a longest side of 720.

Usage: python3 decode_reference.py LIST
Prints one JSON line: median milliseconds a picture, wall and CPU.
"""
import json
import statistics
import sys
import time

import cv2

MAX_DIM = 720


def decode(path):
    image = cv2.imread(path)
    scale = min(1, MAX_DIM / max(image.shape[:2]))
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        paths = file.read().split()
    walls, cpus = [], []
    for path in paths[:1] + paths:
        wall, cpu = time.perf_counter(), time.process_time()
        decode(path)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    # The first is a warm-up.
    result = {"wallMs": statistics.median(walls[1:]), "cpuMs": statistics.median(cpus[1:])}
    print(json.dumps(result | {"pictures": len(paths)}))


main()
