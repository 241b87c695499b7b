"""One pass of a fixed pretrained network over all readable images: data/embeddings/."""

from podium.contracts import embeddings
from podium.contracts.images import IMAGES, PATH
from podium.embed_params import EmbedParams
from podium.embedding import NETWORK, embed, input_size
from podium.entry import run
from podium.params import load
from podium.run import Threads


def main() -> None:
    params, threads = load(EmbedParams), load(Threads).threads
    images = IMAGES.read(PATH)
    images = images[images["length"] > 0]
    size = input_size(params.size, images[["width", "height"]].min(axis=1).median())
    print(f"embed: {len(images):,} images through {NETWORK} at {size} pixels")

    from podium.features import ROOT, stored_items  # brings torch, which takes seconds to import

    vectors = embed(stored_items(images, ROOT), size, params.resize, threads)
    embeddings.write(images["image_id"].tolist(), vectors)


if __name__ == "__main__":
    run(main)
