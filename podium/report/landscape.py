"""The fixed network's view of the training images, laid flat: neighbours on the map look alike to it."""

import numpy as np

from podium.contracts import embeddings
from podium.foundation.run import derive
from podium.report import figures
from podium.report.blocks import Figure, Part, Sentences
from podium.report.evidence import Evidence
from podium.report.params import ReportParams

# Images drawn, and steps of t-SNE. Signs, two cores with AVX2: 2.8 s, and of a point's ten nearest images
# 0.405 stay its nearest on the map; 1,500 images and the 1,000 steps of scikit-learn 7.7 s and 0.379.
MOST, STEPS = 1000, 500
MOST_CLASSES = 24  # beyond it colours and shapes no longer tell classes apart
COMPONENTS = 30  # of PCA, before t-SNE
FEWEST = 30  # images


def landscape(run: Evidence, params: ReportParams) -> Part:
    """Images as points, coloured by class, suspects ringed (PCA, then t-SNE, van der Maaten 2008)."""
    title, names = "Map of the images", run.competition.classes
    if not params.map or not (embeddings.FOLDER / "ids.parquet").exists() or len(run.ids) < FEWEST:
        return Part(title)
    if len(names) > MOST_CLASSES:
        return Part(
            title, [Sentences([f"Not drawn: {len(names)} classes are more than colours can tell apart."])]
        )
    order = sorted(range(len(run.ids)), key=lambda row: derive(0, "map", run.ids[row]))[:MOST]
    ids, vectors = embeddings.read()
    place = dict(zip(ids, range(len(ids)), strict=True))
    drawn = [row for row in order if run.ids[row] in place]
    flat = _flat(np.asarray(vectors[[place[run.ids[row]] for row in drawn]], np.float64))
    suspects = run.clean.set_index("image_id")["suspect"].reindex(run.ids).fillna(False).to_numpy(bool)
    picture = figures.scatter_classes(flat, run.labels[drawn], names, suspects[drawn])
    caption = (
        f"{len(drawn)} of {len(run.ids)} images as the network of embed sees them: near points look alike."
        " A ringed point among another class's may have a wrong label; classes that overlap are hard to part."
    )
    return Part(title, [Figure(picture, caption)])


def _flat(vectors: np.ndarray) -> np.ndarray:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    components = min(COMPONENTS, *vectors.shape)
    small = PCA(components, random_state=0).fit_transform(vectors)
    perplexity = min(30.0, (len(small) - 1) / 3)
    flat = TSNE(perplexity=perplexity, init="pca", random_state=0, n_jobs=1, max_iter=STEPS)
    return np.asarray(flat.fit_transform(small))
