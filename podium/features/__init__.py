"""The frozen part of a network, run once for each image and view, through the scratch store.

found = features(items, cut.frozen, network.preprocessing, budget_gb=20)
if found is None:  # over the disk budget: train podium.networks.cut.from_images(cut) instead
found[rows]        # float32 (len(rows), ...), in the order of `rows`, read from the disk
"""
