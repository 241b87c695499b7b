"""Podium: from a competition zip to a scored submission.

The rooms, from the ground up. A room imports only from rooms above it in this list; a test holds it to that.

foundation     what every room may use: errors, files, params, the run, entry and exit, the scratch store
tasks          one class, several labels, grades or numbers: what hangs on it
contracts      one module an artifact: its columns and invariants, checked on both sides
images         from hostile bytes to pixels: opening, auditing, shards, squares
download       what Kaggle hands out: archives, folders, tables, annotations; the embedded demo
forms          how predictions stand in a submission's cells: read from the sample, written
metrics        scores by Kaggle's names, with their intervals
linear         linear models in closed form or few steps: the probe, the SVM
duplicates     which images are the same, and what a test image's duplicates answer
folds          stratified folds whose groups stay together
experiments    earlier experiments' predictions and models, by revision
competition    what was shipped, found out: images, labels, ids, groups, metric
submission     the file in exactly the sample's form, and its score
augmentations  policies, and which mirror images keep their class
hub            published weights: found, fetched, checked, pinned
networks       backbones: built, weighed, cut where the frozen part ends
features       the frozen part, run once for each image and view
embedding      the fixed network that looks at every image once; train against test
labels         suspect labels, corrections, what is done about them
copies         every class brought to N images
pseudo         labels for unlabelled images from an earlier experiment
tta            test-time views, and which of them pay
training       one fold from its rows to its network
selection      what `auto` becomes: linear probes on frozen networks, a trial of one fold
vote           from members to one prediction: voters, calibration, what each member adds
export         a run's winners as a folder that predicts by itself
labelled       the published vote on a labelled folder
kaggle         the official client, the ledger, uploads that cannot lie
report         one page of pictures and numbers
project        the project itself: params checked, code listed, first steps
cluster        folds and experiments as tasks over machines, by Dask
"""
