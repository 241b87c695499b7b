"""python predict.py TEST_FOLDER SAMPLE_SUBMISSION.csv OUT.csv: needs onnxruntime, numpy and opencv alone."""

# Compact on purpose: it is read in a notebook, far from our tools.
# fmt: off
# ruff: noqa
# mypy: ignore-errors
import csv, json, sys
from pathlib import Path
import cv2, numpy as np, onnxruntime as ort

HERE = Path(__file__).parent
B = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))

def session(name):
    """One graph of this folder, on the quickest processor that is there."""
    return ort.InferenceSession(str(HERE / name), providers=ort.get_available_providers())

def square(image, side, how):
    """The image as ingest stored it, then as the network wants it: (side, side, 3)."""
    h, w = image.shape[:2]
    s, long = min(h, w), max(h, w)
    if s > B["short_side"]:
        size = (round(w * B["short_side"] / s), round(h * B["short_side"] / s))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        image = cv2.imdecode(cv2.imencode(B["suffix"], image, B["encoding"])[1], cv2.IMREAD_COLOR)
        (h, w), s, long = image.shape[:2], min(size), max(size)
    if how["resize"] == "crop":
        image = image[(h - s) // 2 : (h - s) // 2 + s, (w - s) // 2 : (w - s) // 2 + s]
    elif how["resize"] == "pad":
        t, l = (long - h) // 2, (long - w) // 2
        image = cv2.copyMakeBorder(image, t, long - h - t, l, long - w - l, cv2.BORDER_REFLECT)
    shrinks = min(image.shape[:2]) > side
    image = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA if shrinks else how["interpolation"])
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)

def predict(paths):
    """Every member and fold on every image, then their vote: (n, k)."""
    nets = [[session(name) for name in member["folds"]] for member in B["members"]]
    probs = np.tile(np.float32(B["shares"]), (len(nets), len(nets[0]), len(paths), 1))  # for unreadable files
    for start in range(0, len(paths), B["batch"]):
        images = {i: cv2.imread(str(p)) for i, p in enumerate(paths[start : start + B["batch"]])}
        rows = [i for i, image in images.items() if image is not None]
        for m, how in enumerate(B["members"]):
            feed = {f"pixels{s}": np.zeros((B["batch"], s, s, 3), np.uint8) for s in how["sides"]}
            for i, s in ((i, s) for i in rows for s in how["sides"]):
                feed[f"pixels{s}"][i] = square(images[i], s, how)
            for f, net in enumerate(nets[m]):
                probs[m, f, [start + i for i in rows]] = net.run(None, feed)[0][rows]
    return session("vote.onnx").run(None, {"probs": probs})[0]

def cells(p):
    """One row of the submission, in the sample's form."""
    if B["form"] in ("probabilities", "binary"):
        return [f"{p[c]:.8f}" for c in B["column_classes"]]
    return [" ".join(B["values"][c] for c in np.argsort(-p, kind="stable")[: B["top_k"]])]

if __name__ == "__main__":
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
