#!/usr/bin/env python3
"""The usual face, gender and age loop in plain Python on OpenCV's DNN: what facetag is held against.

For each picture: imread, shrink to a longest side of 720, one detector pass, then for each face one pass of the
gender net and one of the age net. Nets are loaded once; back end and target are set explicitly.

Prints one JSON line a picture to stdout. Boxes are [x1, y1, x2, y2] in pixels of the shrunken picture.
"""
import argparse
import json
import math
import resource
import sys
import time

import cv2
import numpy as np

MAX_DIM = 720
DETECTOR_MEAN = (104.0, 177.0, 123.0)
FACE_MEAN = (78.4263377603, 87.7689143744, 114.895847746)
GENDERS = ["Male", "Female"]
AGES = ["(0-2)", "(4-6)", "(8-12)", "(15-20)", "(25-32)", "(38-43)", "(48-53)", "(60-100)"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="*", help="picture files")
    parser.add_argument("--files-from", help="a file with one picture path a line")
    parser.add_argument("--detector", nargs=2, required=True, metavar=("WEIGHTS", "DEFINITION"),
                        help="Caffe or TensorFlow (.pb) files of the detector")
    parser.add_argument("--gender", nargs=2, required=True, metavar=("WEIGHTS", "DEFINITION"))
    parser.add_argument("--age", nargs=2, required=True, metavar=("WEIGHTS", "DEFINITION"))
    parser.add_argument("--min-confidence", type=float, default=0.5)
    parser.add_argument("--min-inside", type=float, default=0.8,
                        help="least share of a box inside the picture; 0 takes every box, as the usual loop does")
    parser.add_argument("--threads", type=int, default=0, help="OpenCV's threads (default: as many as it likes)")
    parser.add_argument("--timing", action="store_true", help="a JSON line with times and peak memory on stderr at the end")
    return parser.parse_args()


def load_net(files):
    weights, definition = files
    read = cv2.dnn.readNetFromTensorflow if weights.endswith(".pb") else None
    net = read(weights, definition) if read else cv2.dnn.readNetFromCaffe(definition, weights)
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
    return net


def preprocess_image(image):
    """Shrinks anything whose longest side is over 720 pixels."""
    height, width = image.shape[:2]
    longest = max(height, width)
    if longest <= MAX_DIM:
        return image
    scale = MAX_DIM / longest
    return cv2.resize(image, (int(width * scale), int(height * scale)), interpolation=cv2.INTER_AREA)


def detect_faces(net, image, options):
    height, width = image.shape[:2]
    net.setInput(cv2.dnn.blobFromImage(image, 1.0, (300, 300), DETECTOR_MEAN, False, False))
    faces = []
    for row in net.forward()[0, 0]:
        confidence = float(row[2])
        if confidence < options.min_confidence:
            continue
        x1, y1, x2, y2 = (float(share) * side for share, side in zip(row[3:7], (width, height, width, height)))
        if inside_share(x1, y1, x2, y2, width, height) < options.min_inside:
            continue
        (x1, x2), (y1, y2) = pixel_span(x1, x2, width), pixel_span(y1, y2, height)
        faces.append({"box": [x1, y1, x2, y2], "confidence": confidence})
    return sorted(faces, key=lambda face: (-face["confidence"], face["box"]))


def inside_share(x1, y1, x2, y2, width, height):
    whole = max(0.0, x2 - x1) * max(0.0, y2 - y1)
    part = max(0.0, min(x2, width) - max(x1, 0.0)) * max(0.0, min(y2, height) - max(y1, 0.0))
    return part / whole if whole > 0 else 0.0


def pixel_span(start, end, size):
    """Whole pixels inside the picture, halves rounded up, at least one pixel long."""
    start = min(max(0, math.floor(start + 0.5)), size - 1)
    return start, min(max(start + 1, math.floor(end + 0.5)), size)


def classify(net, face):
    net.setInput(cv2.dnn.blobFromImage(face, 1.0, (227, 227), FACE_MEAN, False, False))
    return net.forward()[0]


def describe_face(nets, image, face):
    x1, y1, x2, y2 = face["box"]
    crop = image[y1:y2, x1:x2]
    gender, age = classify(nets["gender"], crop), classify(nets["age"], crop)
    return face | {
        "gender": GENDERS[int(np.argmax(gender))],
        "genderProbabilities": [float(value) for value in gender],
        "age": AGES[int(np.argmax(age))],
        "ageProbabilities": [float(value) for value in age],
    }


def tag(path, nets, options):
    picture = cv2.imread(path)
    if picture is None:
        return {"image": path, "error": "unreadable"}
    image = preprocess_image(picture)
    faces = [describe_face(nets, image, face) for face in detect_faces(nets["detector"], image, options)]
    return {"image": path, "width": image.shape[1], "height": image.shape[0], "faces": faces}


def main():
    begun = time.perf_counter()
    options = parse_arguments()
    paths = list(options.pictures)
    if options.files_from:
        with open(options.files_from, encoding="utf-8") as file:
            paths += file.read().splitlines()
    if options.threads > 0:
        cv2.setNumThreads(options.threads)
    nets = {name: load_net(getattr(options, name)) for name in ("detector", "gender", "age")}
    loaded = time.perf_counter()
    first = None
    for path in paths:
        print(json.dumps(tag(path, nets, options)), flush=True)
        first = first or time.perf_counter()
    if options.timing:
        report_timing(begun, loaded, first or loaded, len(paths))


def report_timing(begun, loaded, first, count):
    ended = time.perf_counter()
    timing = {
        "pictures": count,
        "loadMs": (loaded - begun) * 1000,
        "firstMs": (first - loaded) * 1000,
        "restMs": (ended - first) * 1000,
        "cpuMs": time.process_time() * 1000,
        "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "opencv": cv2.__version__,
        "threads": cv2.getNumThreads(),
    }
    print(json.dumps(timing), file=sys.stderr)


if __name__ == "__main__":
    main()
