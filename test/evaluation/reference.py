"""The figures of an evaluation, by scikit-learn, SciPy and NumPy. Reads {records, labels} from stdin, prints a flat JSON."""

import json
import sys

import numpy as np
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    mean_absolute_error,
    precision_recall_curve,
    recall_score,
)

GROUPS = ["(0-2)", "(4-6)", "(8-12)", "(15-20)", "(25-32)", "(38-43)", "(48-53)", "(60-100)"]
GENDERS = ["Male", "Female"]
figures = {}


def share(name, count, of):
    interval = binomtest(count, of).proportion_ci(confidence_level=0.95, method="wilson")
    figures.update({name: count / of, f"{name}.low": interval.low, f"{name}.high": interval.high})


def overlap(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


def greedy(faces, labels, key):
    """Best pair first, each face and each label once. Returns {label index: face index}."""
    pairs = [(f, l, overlap(face["bbox"], label["box"])) for l, label in enumerate(labels) for f, face in enumerate(faces)]
    pairs = sorted((pair for pair in pairs if pair[2] >= 0.5), key=key(faces), reverse=True)
    matched = {}
    for f, l, _ in pairs:
        if l not in matched and f not in matched.values():
            matched[l] = f
    return matched


def calibration(name, right, confidence):
    figures[f"{name}.brier"] = brier_score_loss(right, confidence)
    true, stated = calibration_curve(right, confidence, n_bins=15, strategy="uniform")
    # Closed on the right, as calibration_curve has them; np.histogram closes its bins on the left.
    edges = np.arange(16) / 15
    counts = np.array([np.sum((confidence > low) & (confidence <= high)) for low, high in zip(edges, edges[1:])])
    figures[f"{name}.ece"] = np.sum(counts[counts > 0] * np.abs(true - stated)) / len(right)


def random_integers():
    """xoshiro128**, from its authors' reference code."""
    mask = 0xFFFFFFFF
    s = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]
    rotl = lambda x, k: ((x << k) | (x >> (32 - k))) & mask
    while True:
        yield (rotl((s[1] * 5) & mask, 7) * 9) & mask
        t = (s[1] << 9) & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)


def bootstrap(name, values):
    draws = random_integers()
    values = np.array(values, dtype=float)
    means = [np.mean(values[[next(draws) * len(values) >> 32 for _ in values]]) for _ in range(2000)]
    figures[f"{name}.low"], figures[f"{name}.high"] = np.percentile(means, [2.5, 97.5])


def main():
    data = json.load(sys.stdin)
    matched, missed, truth, scores, labelled = [], 0, [], [], 0
    for image, faces in sorted(data["records"].items()):
        labels = data["labels"].get(image, [])
        labelled += len(labels)
        pairs = greedy(faces, labels, lambda _: lambda pair: pair[2])
        matched += [(labels[l], faces[f]) for l, f in pairs.items()]
        right = greedy(faces, labels, lambda faces: lambda pair: (faces[pair[0]]["confidence"], pair[2]))
        truth += [int(f in right.values()) for f in range(len(faces))]
        scores += [face["confidence"] for face in faces]

    share("recall", len(matched), labelled)
    share("precision", len(matched), len(scores))
    precision, recall, _ = precision_recall_curve(truth, scores)
    # scikit-learn's recall knows nothing of missed faces; precision here is the best from each recall on.
    envelope = np.maximum.accumulate(precision)
    figures["average-precision"] = -np.sum(np.diff(recall) * envelope[:-1]) * sum(truth) / labelled

    pairs = [(label, face) for label, face in matched if "gender" in label]
    true = [label["gender"] for label, _ in pairs]
    said = [face["gender"] for _, face in pairs]
    confidence = np.array([face["genderConfidence"] for _, face in pairs])
    share("gender.accuracy", sum(t == s for t, s in zip(true, said)), len(true))
    figures["gender.accuracy"] = accuracy_score(true, said)
    figures["gender.recall.Male"], figures["gender.recall.Female"] = recall_score(true, said, labels=GENDERS, average=None)
    figures["gender.balanced"] = balanced_accuracy_score(true, said)
    figures["gender.confusion"] = confusion_matrix(true, said, labels=GENDERS).tolist()
    calibration("gender", np.array(true) == np.array(said), confidence)

    pairs = [(label, face) for label, face in matched if "ageGroup" in label]
    true = [GROUPS.index(label["ageGroup"]) for label, _ in pairs]
    said = [GROUPS.index(face["age"]) for _, face in pairs]
    confidence = np.array([face["ageConfidence"] for _, face in pairs])
    share("age.exact", sum(t == s for t, s in zip(true, said)), len(true))
    figures["age.exact"] = accuracy_score(true, said)
    share("age.within-one", sum(abs(t - s) <= 1 for t, s in zip(true, said)), len(true))
    figures["age.confusion"] = confusion_matrix(true, said, labels=range(8)).tolist()
    calibration("age", np.array(true) == np.array(said), confidence)

    pairs = [(label["years"], face["ageYears"]) for label, face in matched if "years" in label]
    figures["age.mae"] = mean_absolute_error(*zip(*pairs))
    errors = sorted(round(abs(a - b), 6) for a, b in pairs)
    bootstrap("age.mae", errors)
    figures["age.cs5"] = np.mean([error <= 5 for error in errors])
    bootstrap("age.cs5", [error <= 5 for error in errors])
    print(json.dumps(figures))


main()
