"""python predict.py TEST_FOLDER SAMPLE_SUBMISSION.csv OUT.csv: needs onnxruntime, numpy and opencv alone."""

# fmt: off
# ruff: noqa
# mypy: ignore-errors
import csv, json, sys
from pathlib import Path
import cv2, numpy as np, onnxruntime as ort
from images import decode, encode, shrink, square  # the file beside this one, which training uses too

HERE = Path(__file__).parent
B = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))

def session(name):
    """One graph of this folder, on the quickest processor that is there."""
    return ort.InferenceSession(str(HERE / name), providers=ort.get_available_providers())

def stored(path):
    """The RGB pixels that ingest would have stored; None where the file is no image."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None or min(pixels.shape[:2]) <= B["short_side"]: return pixels
    return decode(encode(shrink(pixels, B["short_side"]), B["suffix"], B["quality"]))

def predict(paths):
    """Every member and fold on every image, then their vote: (n, k). Unreadable files get the classes' shares."""
    nets = [[session(name) for name in member["folds"]] for member in B["members"]]
    probs = np.tile(np.float32(B["shares"]), (len(nets), len(nets[0]), len(paths), 1))
    for start in range(0, len(paths), B["batch"]):
        read = enumerate(map(stored, paths[start : start + B["batch"]]))
        images = {i: pixels for i, pixels in read if pixels is not None}
        for m, how in enumerate(B["members"]):
            feed = {f"pixels{s}": np.zeros((B["batch"], s, s, 3), np.uint8) for s in how["sides"]}
            for i, s in ((i, s) for i in images for s in how["sides"]):
                feed[f"pixels{s}"][i] = square(images[i], s, how["resize"], how["interpolation"])
            for f, net in enumerate(nets[m]):
                probs[m, f, [start + i for i in images]] = net.run(None, feed)[0][list(images)]
    return session("vote.onnx").run(None, {"probs": probs})[0]

def cells(p):
    """One row of the submission, in the sample's form."""
    if B["form"] in ("probabilities", "binary"): return [f"{p[c]:.8f}" for c in B["column_classes"]]
    return [" ".join(B["values"][c] for c in np.argsort(-p, kind="stable")[: B["top_k"]])]

if __name__ == "__main__":
    if len(sys.argv) != 4: sys.exit(f"usage: {__doc__}")
    folder, sample, out = map(Path, sys.argv[1:4])
    header, *rows = csv.reader(sample.open(newline="", encoding="utf-8-sig"))
    at, to = header.index(B["id_column"]), [header.index(name) for name in B["columns"]]
    files = {key: p for p in sorted(folder.rglob("*")) if p.is_file() for key in (p.stem, p.name, str(p.relative_to(folder)))}
    missing = [row[at] for row in rows if row[at] not in files]
    if missing: sys.exit(f"error: {sample}: {folder} has no image {missing[0]!r}, nor {len(missing) - 1} others")
    print(f"{len(rows)} images: about {len(rows) / 1000 * B['seconds_per_1000']:.0f} s on the exporting machine")
    for row, p in zip(rows, predict([files[row[at]] for row in rows])):
        for column, cell in zip(to, cells(p)): row[column] = cell
    csv.writer(out.open("w", newline="", encoding="utf-8"), lineterminator="\n").writerows([header, *rows])
