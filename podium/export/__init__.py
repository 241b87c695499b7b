"""The winning members as ONNX, with a predict.py that needs no Podium: for offline notebooks."""
