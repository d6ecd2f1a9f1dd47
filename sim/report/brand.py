"""The brand of who presents a study: name, logo and colours of all reports, from a YAML file."""

import re
import warnings
from pathlib import Path
from typing import Annotated
from zipfile import ZipFile, is_zipfile

from pydantic import AfterValidator, Field

from sim.report.style import PALETTE
from sim.scenario.fields import Model
from sim.scenario.load import load_as
from sim.study import StudyError


def _colour(text: str) -> str:
    if not re.fullmatch("#[0-9A-Fa-f]{6}", text):
        raise ValueError('must be a colour such as "#0072B2"')
    return text


Colour = Annotated[str, AfterValidator(_colour)]
LARGEST_LOGO = 500_000  # bytes: it is part of every report


class Brand(Model):
    """What the brand file may say."""

    name: str = Field("", description="Name at the head of each report", max_length=80)
    logo: str | None = Field(None, description="PNG or JPEG file", json_schema_extra={"path": True})
    accent: Colour = Field("#0072B2", description="Colour of headings and rules")
    colours: tuple[Colour, ...] = Field(
        PALETTE, description="Colours of the scenarios, the baseline first", min_length=2
    )

    @property
    def image(self) -> tuple[bytes, str] | None:
        """The logo, and whether it is `png` or `jpeg`."""
        return None if self.logo is None else (Path(self.logo).read_bytes(), _kind(self.logo))


def load_brand(path: Path | None) -> Brand:
    """The brand of a file, or the plain one; ScenarioError names every mistake with its line."""
    return Brand() if path is None else load_as(Brand, _checks, path).scenario


def check_template(path: Path | None) -> None:
    """Refuse a template of slides that is none; StudyError (exit code 2) says why."""
    if path is None:
        return
    wrong = "there is no such file"
    if path.is_file():
        if is_zipfile(path):
            with ZipFile(path) as file:
                if "ppt/presentation.xml" in file.namelist():
                    return
        wrong = "is no PowerPoint template or presentation"
    raise StudyError(f"{path}: {wrong}; --template takes a .potx or .pptx file", exit_code=2)


def _checks(brand: Brand) -> list[tuple[list[str | int], str]]:
    path = Path(brand.logo or "")
    if brand.logo is None:
        wrong = ""
    elif not path.is_file():
        wrong = f"there is no file {path.name!r}"
    elif path.stat().st_size > LARGEST_LOGO:
        wrong = f"the file has more than {LARGEST_LOGO // 1000} kB"
    else:
        wrong = "" if _kind(brand.logo) in ("png", "jpeg") else "must be a PNG or JPEG picture"
    return [(["logo"], wrong)] if wrong else []


def _kind(path: str) -> str:
    """Kind of a picture, such as `png`; empty if it is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a decompression bomb is no logo
            with Image.open(path) as picture:
                picture.verify()
                return (picture.format or "").lower()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning):
        return ""
