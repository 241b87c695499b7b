"""One pass of a fixed pretrained network over all readable images: data/embeddings/."""

from podium.contracts import embeddings, images, labels, mirrors
from podium.embedding.embed import BYTES, NETWORK, embed, embed_mirrors, input_size, mirror_sample
from podium.embedding.params import EmbedParams
from podium.foundation import room
from podium.foundation.entry import loading, run
from podium.foundation.params import load
from podium.foundation.run import Threads


def main() -> None:
    params, threads = load(EmbedParams), load(Threads).threads
    every = images.readable(images.IMAGES.read(images.PATH))
    size = input_size(params.size, images.median_short_side(every))
    print(f"embed: {len(every):,} images through {NETWORK} at {size} pixels")
    way = "free its disk (`dvc gc -w` drops what no run needs)"
    room.need("embed", f"keeping {len(every):,} vectors", len(every) * BYTES, embeddings.FOLDER, way)

    with loading():  # brings torch, which takes seconds
        from podium.features.items import items_of

    items, ids = items_of(images.below_data(every)), every["image_id"].tolist()
    vectors = embed(items, size, params.resize, threads)
    given = labels.LABELS.read(labels.PATH).set_index("image_id")["label"]
    train = [row for row, subset in enumerate(every["subset"]) if subset == "train" and ids[row] in given]
    chosen = mirror_sample([ids[row] for row in train], [given[ids[row]] for row in train])
    chosen = [train[place] for place in chosen]
    mirrored = embed_mirrors([items[row] for row in chosen], size, params.resize, threads)
    embeddings.write(
        ids, vectors, also=lambda draft: mirrors.write([ids[row] for row in chosen], mirrored, draft)
    )


if __name__ == "__main__":
    run(main)
