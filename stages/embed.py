"""One pass of a fixed pretrained network over all readable images: data/embeddings/."""

from podium.contracts import embeddings, labels, mirrors
from podium.contracts.images import IMAGES, PATH, below_data
from podium.embedding.embed import BYTES, NETWORK, embed, embed_mirrors, input_size, mirror_sample
from podium.embedding.params import EmbedParams
from podium.foundation import room
from podium.foundation.entry import loading, run
from podium.foundation.params import load
from podium.foundation.run import Threads


def main() -> None:
    params, threads = load(EmbedParams), load(Threads).threads
    images = IMAGES.read(PATH)
    images = images[images["length"] > 0]
    size = input_size(params.size, images[["width", "height"]].min(axis=1).median())
    print(f"embed: {len(images):,} images through {NETWORK} at {size} pixels")
    way = "free its disk (`dvc gc -w` drops what no run needs)"
    room.need("embed", f"keeping {len(images):,} vectors", len(images) * BYTES, embeddings.FOLDER, way)

    with loading():  # brings torch, which takes seconds
        from podium.features.items import items_of

    items, ids = items_of(below_data(images)), images["image_id"].tolist()
    vectors = embed(items, size, params.resize, threads)
    given = labels.LABELS.read(labels.PATH).set_index("image_id")["label"]
    train = [row for row, subset in enumerate(images["subset"]) if subset == "train" and ids[row] in given]
    chosen = mirror_sample([ids[row] for row in train], [given[ids[row]] for row in train])
    chosen = [train[place] for place in chosen]
    mirrored = embed_mirrors([items[row] for row in chosen], size, params.resize, threads)
    embeddings.write(
        ids, vectors, also=lambda draft: mirrors.write([ids[row] for row in chosen], mirrored, draft)
    )


if __name__ == "__main__":
    run(main)
