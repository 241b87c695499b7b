"""COCO's form with the key names that competitions give it."""

import json

import pytest

from podium.download.annotations import parse_json

FORMS = {
    "coco": ({"id": 7, "file_name": "a.jpg"}, {"image_id": 7, "category_id": 2}, {"id": 2, "name": "owl"}),
    "label_id": ({"image_id": 7, "url": "x"}, {"image_id": 7, "label_id": 2}, {"label_id": 2, "name": "owl"}),
    "camel": ({"imageId": 7, "fileName": "a.jpg"}, {"imageId": 7, "labelId": 2}, {"id": 2, "name": "owl"}),
    "class": ({"id": 7, "path": "a.jpg"}, {"image": 7, "class_id": 2}, {"class_id": 2, "class_name": "owl"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_key_names_of_annotations(name: str) -> None:
    image, note, category = FORMS[name]
    sheet = parse_json(
        json.dumps({"images": [image], "annotations": [note], "categories": [category]}).encode(), "a.json"
    )
    assert sheet is not None
    assert sheet.columns["category_id"] == ["2"]
    assert sheet.columns["category_name"] == ["owl"]
    assert sheet.columns["file_name"] == ["7" if name == "label_id" else "a.jpg"]
