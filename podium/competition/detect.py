"""The whole detection: from a tree of files to subsets, labels, classes and the submission's form."""

import re
from dataclasses import dataclass, replace

from podium.competition import classes as class_rules
from podium.competition.classes import Classes
from podium.competition.foreign import has_known_suffix, no_images, unread
from podium.competition.forms import FormFound, form_of
from podium.competition.labelling import find_labels
from podium.competition.labels import Labels
from podium.competition.matching import SUFFIXES
from podium.competition.page import metric_of_page
from podium.competition.params import CompetitionParams
from podium.competition.roles import IGNORED, Roles, assign, doubles, word_role
from podium.competition.sample import find_sample, is_sample
from podium.competition.sheets import Sheets
from podium.competition.spellings import without_images
from podium.competition.subsets import divide
from podium.competition.tasks import refuse_masks_and_boxes
from podium.competition.written import as_written
from podium.contracts.competition import Competition, Finding
from podium.download.meta import Meta
from podium.download.raw import Raw
from podium.download.sentences import readable
from podium.download.tables import cell
from podium.foundation.errors import UserError
from podium.images.opening import looks_like_image
from podium.metrics.names import canonical

SNIFFED = 100_000_000  # bytes of a file without a known suffix that may be an image
TRIED = 3  # files of each such suffix, before all of them are read
SHOWN = 5  # names in a finding


@dataclass(frozen=True)
class Shipped:
    """One image of the download, and what it is for."""

    image_id: str  # <subset>/<path inside raw>
    path: str
    subset: str
    submission_id: str | None


@dataclass
class Detected:
    """What was found. Labels are class names by image_id."""

    images: list[Shipped]  # ascending by image_id
    labels: dict[str, str]  # of train and validation
    test_labels: dict[str, str]  # where test images are labelled: for scores only
    groups: dict[str, str]
    competition: Competition
    sample_text: str


def detect(raw: Raw, params: CompetitionParams, meta: Meta = Meta()) -> Detected:  # noqa: B008  (frozen)
    """Finds train, validation, test, labels and the form. Raises UserError where that is not possible."""
    try:
        return _Detection(raw, params, meta).run()
    except UserError as error:
        left = f" (left out of the download: {'; '.join(raw.notes[:SHOWN])})" if raw.notes else ""
        raise UserError(readable(f"{error}{left}")) from None


class _Detection:
    """The steps, in order; each leaves its finding."""

    def __init__(self, raw: Raw, params: CompetitionParams, meta: Meta) -> None:
        self.raw, self.params, self.meta = raw, params, meta
        self.findings = [Finding(what="download", found=note, warning=True) for note in raw.notes]
        self._ask_page()
        images = _images(raw)
        self.sheets = Sheets(raw, params, images)
        self.findings += [Finding(what="download", found=text, warning=True) for text in self.sheets.broken]
        for note in [*filter(None, [unread(raw)]), *self.sheets.guessed()]:
            self._note(
                "download", note, "competition.encoding names another" if "UTF-8" in note else "", True
            )
        self.roles = self._roles(images)
        for sheet in self.sheets.all:
            if sheet.name == params.sample or (params.sample is None and is_sample(sheet.name)):
                refuse_masks_and_boxes(sheet)
        self.sample = find_sample(self.sheets.all, self.roles, params.sample, params.id_column)
        if self.sample:
            self.findings += self.sample.findings
            self.sheets.used.update(
                sheet.name for sheet in self.sheets.all if is_sample(sheet.name) or sheet is self.sample.sheet
            )
            self.roles.change([path for path in self.sample.ids if not self.roles.of[path]], "test")

    def run(self) -> Detected:
        values = self.sample.values if self.sample else {}
        labels, findings = find_labels(self.raw, self.roles, self.sheets, values, self.params)
        self.findings += findings
        listed = self.sheets.listed(self.roles)
        self._refuse_trained(labels)
        ids = self.sample.ids if self.sample else self.sheets.test_ids(self.roles, labels, listed)
        subset, findings = divide(
            self.roles, labels, ids, listed, self.sample.sheet.name if self.sample else ""
        )
        self.findings += findings
        self._refuse_none(subset)
        classes = self._classes(labels, subset)
        images = sorted(
            (_shipped(path, subset[path], ids) for path in subset), key=lambda image: image.image_id
        )
        form, id_column, text = self._form(classes, images, labels)
        names = {image.image_id: classes.of[labels.of[image.path]]
                 for image in images if labels.of.get(image.path) in classes.of}  # fmt: skip
        trained = {image.image_id: image.path for image in images if image.subset in ("train", "validation")}
        return Detected(
            images=images,
            labels={name: label for name, label in names.items() if name in trained},
            test_labels={name: label for name, label in names.items() if name.startswith("test/")},
            groups={name: group for name, path in trained.items() if (group := labels.groups.get(path))},
            competition=self._competition(classes, form, id_column),
            sample_text=text,
        )

    def _ask_page(self) -> None:
        """The metric that a text of the competition's page says, where nothing surer does."""
        if self.params.metric or self.meta.metric:
            return
        told = metric_of_page(self.raw)
        if told and told.metric:
            self.meta = replace(self.meta, metric=told.metric, source=told.source)
        elif told:
            self._note(
                "metric", "what the page says is not taken: set competition.metric", told.source, warning=True
            )

    def _roles(self, images: list[str]) -> Roles:
        named = {role: getattr(self.params, role) for role in ("train", "test", "validation", "unlabelled")}
        folders = {role: value for role, value in named.items() if not self.sheets.has(value)}
        roles = assign(images, self.raw.folders, folders)
        ignored = roles.images(IGNORED)
        if ignored:
            self._note("ignored", f"{len(ignored):,} images in {_list(roles.folders[IGNORED])}",
                       "params name another folder", warning=True)  # fmt: skip
            roles.leave_out(ignored)
        for note, paths in doubles(roles):
            self._note("ignored", note, "params name another folder otherwise", warning=True)
            roles.leave_out(paths)
        if roles.images("predict"):
            self._promote(roles)
        return roles

    def _promote(self, roles: Roles) -> None:
        """A folder of images to predict is the test set; a test folder beside it becomes validation."""
        if roles.images("test"):
            places = roles.folders.pop("test")
            roles.folders.setdefault("validation", []).extend(places)
            roles.change(roles.images("test"), "validation")
            self._note("validation", _list(places), "there is a folder of images to predict beside it")
        roles.folders["test"] = roles.folders.pop("predict")
        roles.change(roles.images("predict"), "test")

    def _refuse_trained(self, labels: Labels) -> None:
        """A sample whose ids are training images: its test images stay with the organiser."""
        ids = self.sample.ids if self.sample else {}
        trained = [path for path in ids if path in labels.of and self.roles.of[path] == "train"]
        if self.sample and ids and len(trained) == len(ids):
            raise UserError(
                f"{self.sample.sheet.name}: its ids name training images ({trained[0]}), and the download "
                "holds no test images, as where only notebooks are taken: name the test folder in "
                "competition.test, or another file in competition.sample."
            )

    def _refuse_none(self, subset: dict[str, str]) -> None:
        present = set(subset.values())
        if "train" not in present:
            raise UserError(
                f"{self.raw.path}: no image is both labelled and for training: name the training folder in "
                "competition.train."
            )
        if "test" not in present:
            places = self.roles.folders.get("validation", [])
            empty = [
                name for name in sorted(self.raw.folders) if word_role(name.rpartition("/")[2]) == "test"
            ]
            if empty and not places:
                raise UserError(
                    f"{self.raw.path}: {empty[0]}/ holds no image, as where notebooks alone see the test "
                    "images: put some images there to predict, or name another folder in competition.test."
                )
            such = f", or {places[0]} to predict that" if places else ""
            raise UserError(
                f"{self.raw.path} holds no test images, so there is nothing to predict: name their folder in "
                f"competition.test{such}."
            )

    def _classes(self, labels: Labels, subset: dict[str, str]) -> Classes:
        used = {label for path, label in labels.of.items() if subset.get(path) in ("train", "validation")}
        if len(used) < 2:
            raise UserError(f"{labels.source}: the training images have one class only ({', '.join(used)}).")
        if len(used) == len(labels.of):
            raise UserError(
                f"{labels.source}: every image has a label of its own ({_list(sorted(used))}): name the "
                "label's column in competition.label_column."
            )
        columns = list(self.sample.values) if self.sample else []
        more = without_images(columns, used) if len(columns) > 1 else []
        if more:
            text = f"{_list(more)}: a column of the sample, but no image has it"
            self._note("classes", text, "kept as a class", warning=True)
            used |= set(more)
        names, source = (labels.names, labels.source) if labels.names else class_rules.names_file(
            [sheet.plain() for sheet in self.sheets.others()], self.sheets.json_texts(), used)  # fmt: skip
        classes = class_rules.resolve(used, names, source)
        self._note("classes", f"{len(classes.names)}: {_list(classes.names)}", classes.why)
        return classes

    def _form(self, classes: Classes, images: list[Shipped], labels: Labels) -> tuple[FormFound, str, str]:
        metric = self.params.metric or self.meta.metric
        if self.sample:
            metric = canonical(metric) if metric else None
            sheet = self.sample.sheet.plain(but=self.sample.id_column)
            form = form_of(sheet, self.sample.id_column, classes, self.params.form, metric)
            form = as_written(form, self.sample.sheet, self.sample.id_column)
            self.findings += form.findings
            return form, self.sample.id_column, self.sample.sheet.text
        column = labels.label_column if labels.label_column and " .. " not in labels.label_column else "label"
        id_column = labels.id_column or "id"
        integers = [str(value) for value in classes.integers or []]
        plain = bool(integers) and all(class_rules.integer(label) is not None for label in labels.classes())
        form = FormFound(
            "integer" if plain else "label", [column], integers if plain else classes.names, [], 1, []
        )
        rows = [(image.submission_id or "", form.values[0]) for image in images if image.subset == "test"]
        text = "".join(f"{cell(left)},{cell(right)}\n" for left, right in [(id_column, column), *rows])
        why = "assumed: there is no sample submission, so it was built from the test images"
        self._note("form", f"columns {id_column} and {column}, one {form.form} an image", why, warning=True)
        return form, id_column, text

    def _competition(self, classes: Classes, form: FormFound, id_column: str) -> Competition:
        metric = self._metric(form)
        return Competition(
            name=self.meta.slug or self.raw.path.stem,
            classes=classes.names,
            metric=metric,
            form=form.form,
            id_column=id_column,
            columns=form.columns,
            values=form.values,
            column_classes=form.column_classes,
            top_k=form.top_k,
            sample_shipped=self.sample is not None,
            daily_limit=self.meta.daily_limit,
            notebooks_only=self.meta.notebooks_only,
            findings=self.findings,
        )

    def _metric(self, form: FormFound) -> str:
        if self.params.metric or self.meta.metric:
            metric = canonical(self.params.metric or self.meta.metric or "")
            self._note("metric", metric, "competition.metric" if self.params.metric else self.meta.source)
            return metric
        guess = {"probabilities": "log_loss", "binary": "log_loss", "top_k": f"map_at_{form.top_k}"}
        metric = guess.get(form.form, "accuracy")
        self._note(
            "metric", metric, "assumed from the form: set competition.metric to change it", warning=True
        )
        return metric

    def _note(self, what: str, found: str, why: str = "", warning: bool = False) -> None:
        self.findings.append(Finding(what=what, found=found, why=why, warning=warning))


def _images(raw: Raw) -> list[str]:
    """Files with an image's suffix; files without a known suffix whose first bytes are an image's."""
    found = [name for name in raw.names() if name.lower().endswith(SUFFIXES)]
    kinds: dict[str, list[str]] = {}  # files by their suffix, all numbers being one
    for name in raw.names():
        if not has_known_suffix(name) and raw.size(name) <= SNIFFED:
            _, dot, suffix = name.rpartition("/")[2].rpartition(".")
            kinds.setdefault(dot + re.sub(r"\d+", "#", suffix) if dot else "", []).append(name)
    for suffix, names in kinds.items():
        if not suffix or any(looks_like_image(raw.read(name)) for name in names[:TRIED]):
            found += [name for name in names if looks_like_image(raw.read(name))]
    if found:
        return sorted(found)
    raise no_images(raw)


def _shipped(path: str, subset: str, ids: dict[str, str]) -> Shipped:
    return Shipped(f"{subset}/{path}", path, subset, ids[path] if subset == "test" else None)


def _list(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
