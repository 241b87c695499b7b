"""Small DICOM files and NumPy arrays, as competitions ship them."""

import base64
import io
from typing import Any

import cv2
import numpy as np
import pytest

pydicom = pytest.importorskip("pydicom", reason="requirements.txt names it: install anew")

SMALL = (np.add.outer(np.arange(8), np.arange(8)) * 200).astype(np.uint16)
CODED = {  # that picture in the kinds which nothing here writes, by GDCM 3.2.6
    "JPEGLosslessSV1": (
        b"|JeV-01FTR2mlBH0TBTI!~hil0RaF20000000000000002oV3;00;pA00961nGA+QA&|&qG8qhpL"
        b"m`mJWHK2HhC?Bc$Ye4Z42DA?kjP{*84QL)A&|&qG8qhpLm`mJWHK2HhC?Bc$Ye4Z42DA?kjP|z|Je"
    ),
    "JPEGLSLossless": (
        b"|JeWc01FTR2mlBH0TBTI_y7$7|Nj6I07C&306_oR00;pA00000tbLEM_BV^-czYpaEO!~jaU3;};W"
        b"#b>e&08(;>Rw_qU5+O%VO2WEekTpu`CMmxy36=!mO$)N`jrlDT-2%qbQ0Jfx{=s;&hxQ$)aV#0RPzl"
    ),
}


def npy(values: np.ndarray) -> bytes:
    """The array as a .npy file."""
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()


def dicom(
    values: np.ndarray | None,
    light: str = "MONOCHROME2",
    syntax: str = "ExplicitVRLittleEndian",
    table: np.ndarray | None = None,
    **more: Any,
) -> bytes:
    """A file of one picture (h, w) or (h, w, 3), of frames (n, h, w), or without any.

    table: a VOI LUT. more: other elements by their keyword.
    """
    made = pydicom.Dataset()
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = "1.2.3"
    made.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    made.PatientName = "No^One"
    if values is not None:
        _fill(made, values, light)
        made.PixelData = values.tobytes()
        made["PixelData"].VR = "OB" if values.dtype == np.uint8 else "OW"
        _packed(made, values, syntax)
    if table is not None:
        lut = pydicom.Dataset()
        lut.LUTDescriptor, lut.LUTData = [len(table), 0, 16], table.tolist()
        lut["LUTDescriptor"].VR, lut["LUTData"].VR = "US", "US"
        made.VOILUTSequence = [lut]
    for keyword, value in more.items():
        setattr(made, keyword, value)
    out = io.BytesIO()
    pydicom.dcmwrite(out, made, enforce_file_format=True)
    return out.getvalue()


def _fill(made: Any, values: np.ndarray, light: str) -> None:
    colour = light == "RGB"
    height, width = values.shape[:2] if colour else values.shape[-2:]
    made.Rows, made.Columns = height, width
    made.SamplesPerPixel, made.PhotometricInterpretation = (3 if colour else 1), light
    made.BitsAllocated = 8 * values.dtype.itemsize
    made.BitsStored = made.BitsAllocated if values.dtype == np.uint8 else 12
    made.HighBit, made.PixelRepresentation = made.BitsStored - 1, 0
    if colour:
        made.PlanarConfiguration = 0
    if values.ndim == 3 and not colour:
        made.NumberOfFrames = len(values)


def _packed(made: Any, values: np.ndarray, syntax: str) -> None:
    """Its pixels in the transfer syntax."""
    uid = getattr(pydicom.uid, syntax)
    if syntax == "JPEGBaseline8Bit":
        coded = cv2.imencode(".jpg", values, [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes()
    elif syntax in CODED:
        assert np.array_equal(values, SMALL)
        coded = base64.b85decode(CODED[syntax])
    else:
        if uid.is_encapsulated:
            made.compress(uid)
        return
    made.PixelData = pydicom.encaps.encapsulate([coded])
    made.file_meta.TransferSyntaxUID = uid
