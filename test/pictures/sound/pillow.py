"""Writes or reads pictures with Pillow, many in one process: a JSON list of jobs on standard input.

A job to write: {"in": path of a PNG, "out": path, "mode": mode to convert to or null, "options": of Image.save,
"orientation": 1 to 8 or absent, "frames": number or absent}. A job to read: {"in": path, "png": path}.
Prints a JSON list with null, or the error, for each job.
"""
import json
import sys

from PIL import Image, ImageOps


def write(job):
    image = Image.open(job["in"])
    image.load()
    mode = job.get("mode")
    if mode == "I;16":
        image = image.convert("I;16")
    elif mode == "P" and image.mode == "RGBA":
        image = image.quantize(64)
    elif mode:
        image = image.convert(mode)
    options = dict(job.get("options", {}))
    if "orientation" in job:
        exif = Image.Exif()
        exif[0x0112] = job["orientation"]
        options["exif"] = exif
    frames = job.get("frames")
    if frames:
        options["save_all"] = True
        options["append_images"] = [image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)] * (frames - 1)
    image.save(job["out"], **options)


def read(job):
    image = Image.open(job["in"])
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "I;16", "I;16B"):
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode == "La":
        image = image.convert("LA")
    elif image.mode == "RGBa":
        image = image.convert("RGBA")
    image.convert("RGBA").save(job["png"])


answers = []
for job in json.load(sys.stdin):
    try:
        (read if "png" in job else write)(job)
        answers.append(None)
    except Exception as error:
        answers.append(f"{type(error).__name__}: {error}")
json.dump(answers, sys.stdout)
