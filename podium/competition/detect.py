"""The whole detection: from a tree of files to subsets, labels, classes and the submission's form."""

from collections import Counter
from dataclasses import dataclass, field

from podium.competition import classes as class_rules
from podium.competition import labels as label_rules
from podium.competition.classes import Classes
from podium.competition.labels import Labels
from podium.competition.matching import SUFFIXES
from podium.competition.meta import Meta
from podium.competition.params import CompetitionParams
from podium.competition.raw import Raw
from podium.competition.roles import assign
from podium.competition.sample import FormFound, form_of
from podium.competition.sheets import Sheets
from podium.contracts.competition import Competition, Finding
from podium.errors import UserError
from podium.metrics.names import canonical

SHOWN = 3


@dataclass(frozen=True)
class Shipped:
    """One image of the download, and what it is for."""

    path: str
    subset: str
    submission_id: str | None = None

    @property
    def image_id(self) -> str:
        """<subset>/<path inside raw>."""
        return f"{self.subset}/{self.path}"


@dataclass
class Detected:
    """What was found."""

    images: list[Shipped]  # ascending by image_id
    labels: dict[str, str]  # image_id -> class, of train and validation
    test_labels: dict[str, str]  # image_id -> class, where test folders are labelled: for scores only
    groups: dict[str, str]  # image_id -> group
    competition: Competition
    sample_text: str
    findings: list[Finding] = field(default_factory=list)


def detect(raw: Raw, params: CompetitionParams, meta: Meta = Meta()) -> Detected:  # noqa: B008  (frozen)
    """Finds train, validation, test, labels and the form. Raises UserError where that is not possible."""
    return _Detection(raw, params, meta).run()


class _Detection:
    """The steps, in order; each leaves its finding."""

    def __init__(self, raw: Raw, params: CompetitionParams, meta: Meta) -> None:
        self.raw, self.params, self.meta = raw, params, meta
        self.findings = [Finding(what="download", found=note, warning=True) for note in raw.notes]
        self.images = [name for name in raw.names() if name.lower().endswith(SUFFIXES)]
        if not self.images:
            raise UserError(_no_images(raw))
        self.sheets = Sheets(raw, params)

    def run(self) -> Detected:
        named = {role: getattr(self.params, role) for role in ("train", "test", "validation", "unlabelled")}
        folders = {role: value for role, value in named.items() if not self.sheets.has(value)}
        self.roles = assign(self.images, self.raw.folders, folders)
        self._promote_predict()
        self.sample = self.sheets.sample(self.roles)
        labels = self._labels()
        test_ids = self._test_ids(labels)
        subset = self._subsets(labels, test_ids)
        classes = self._classes(labels, subset)
        shipped = self._shipped(subset, test_ids)
        form, id_column, text = self._form(classes, shipped, labels)
        kept = {path: classes.of[label] for path, label in labels.of.items() if label in classes.of}
        ids = {image.path: image.image_id for image in shipped}
        trained = {path for path, name in subset.items() if name in ("train", "validation")}
        competition = self._competition(classes, form, id_column)
        return Detected(
            images=shipped,
            labels={ids[path]: label for path, label in kept.items() if path in trained},
            test_labels={ids[path]: label for path, label in kept.items() if subset[path] == "test"},
            groups={ids[path]: group for path, group in labels.groups.items() if path in trained and group},
            competition=competition,
            sample_text=text,
            findings=self.findings,
        )

    def _promote_predict(self) -> None:
        """A folder of images to predict is the test set; a labelled test folder beside it is validation."""
        if not self.roles.images("predict"):
            return
        if self.roles.images("test"):
            self.roles.folders.setdefault("validation", []).extend(self.roles.folders.pop("test"))
            self._note(
                "validation", ", ".join(self.roles.folders["validation"]), "there is a folder to predict"
            )
        new = {"predict": "test", "test": "validation"}
        self.roles.of = {path: new.get(role, role) for path, role in self.roles.of.items()}
        self.roles.folders["test"] = self.roles.folders.pop("predict")

    def _labels(self) -> Labels:
        """From tables, class folders or file names: the one that there is, or the one that params name."""
        wanted = self.sample.columns if self.sample else []
        tables = self.sheets.labels(self.roles, wanted)
        trained = self.roles.images("train") or self.roles.images("")
        judged = trained + (self.roles.images("validation") if trained else [])
        chosen = self.params.labels
        folders = None
        if chosen in (None, "folders"):
            try:
                folders = self._folder_labels(judged)
            except UserError:
                if not tables:
                    raise
        if chosen == "names" or (not tables and not folders):
            found = label_rules.from_names(trained)
            if found is None:
                raise UserError(self._no_labels(trained))
            return self._said(found)
        if chosen == "folders" and folders is None:
            raise UserError(f"competition.labels: folders, but {self.raw.path} has no two class folders.")
        if not tables:
            assert folders is not None
            return self._said(folders)
        if folders is not None:
            self._compare(tables, folders)
        return self._said(tables)

    def _folder_labels(self, trained: list[str]) -> Labels | None:
        known = set(self.sample.columns) if self.sample and len(self.sample.columns) > 1 else set()
        if self.sample and len(self.sample.columns) == 1:
            known = set(self.sample.sheet.column(self.sample.columns[0]))
        roots = self.roles.folders.get("train", []) if self.roles.images("train") else [""]
        roots = roots + self.roles.folders.get("validation", [])
        return label_rules.from_folders(trained, roots, self.params.class_level, known)

    def _compare(self, tables: Labels, folders: Labels) -> None:
        both = {(tables.of[path], folders.of[path]) for path in tables.of if path in folders.of}
        agree = len(both) == len({table for table, _ in both}) == len({folder for _, folder in both})
        covered = sum(path in folders.of for path in tables.of)
        if agree and covered:
            self._note("labels", f"class folders agree with {tables.source}", "the table was taken")
        elif covered == len(tables.of) and len({folder for _, folder in both}) > 1 and len(both) > 1:
            raise UserError(
                f"labels could come from {tables.source} or from class folders ({folders.why}), and they differ: "
                f"say in competition.labels which ({tables.source} or folders)."
            )

    def _said(self, labels: Labels) -> Labels:
        classes = len(set(labels.of.values()))
        text = f"{labels.found}, {labels.why}" if labels.why else labels.found
        self._note("labels", text, f"{classes} classes; {len(labels.of):,} images found")
        for note in labels.notes:
            self._note("labels", note, warning=True)
        return labels

    def _test_ids(self, labels: Labels) -> dict[str, str]:
        """Image path -> the id that the submission calls it by."""
        if self.sample:
            return self.sample.ids
        return self.sheets.test_ids(self.roles, labels)

    def _subsets(self, labels: Labels, test_ids: dict[str, str]) -> dict[str, str]:
        """Each image's subset: by its folder, a split column, a list, or whether it has a label or a test id."""
        subset: dict[str, str] = {}
        listed = self.sheets.listed(self.roles)
        left = []
        for path in self.images:
            role = listed.get(path) or label_split(labels.splits.get(path, "")) or self.roles.of[path]
            if path in test_ids:
                role = "test"
            elif role == "test" and self.sample:
                left.append(path)
                role = "unlabelled"
            elif not role or role in ("train", "validation"):
                role = (role or "train") if path in labels.of else "unlabelled"
            subset[path] = role
        if left:
            self._note("unlabelled", f"{len(left):,} images of the test folder that {self.sample_name} does not list",
                       f"such as {left[0]}", warning=True)  # fmt: skip
        counts = Counter(subset.values())
        if not counts["train"]:
            raise UserError(f"{self.raw.path}: no image is both labelled and for training; name the folder in "
                            "competition.train.")  # fmt: skip
        if not counts["test"]:
            raise UserError(f"{self.raw.path} holds no test images: name their folder in competition.test.")
        for name in ("train", "validation", "test", "unlabelled"):
            if counts[name]:
                places = self.roles.folders.get(name, [])
                self._note(name, f"{counts[name]:,} images", ", ".join(places[:SHOWN]))
        return subset

    @property
    def sample_name(self) -> str:
        return self.sample.sheet.name if self.sample else "the sample"

    def _classes(self, labels: Labels, subset: dict[str, str]) -> Classes:
        used = {label for path, label in labels.of.items() if subset[path] in ("train", "validation")}
        if len(used) < 2:
            raise UserError(f"{self.raw.path}: the training images have one class only ({', '.join(used)}).")
        if self.sample and len(self.sample.columns) > 1:
            used |= set(self.sample.columns) & self._empty_classes(used)
        names, source = class_rules.names_file(self.sheets.others(), self.sheets.json_texts(), used)
        classes = class_rules.resolve(used, names, source)
        if len(classes.names) > 0 and len(classes.names) == len(labels.of):
            raise UserError(f"{labels.source}: every image has a class of its own; name the label's column in "
                            "competition.label_column.")  # fmt: skip
        self._note("classes", f"{len(classes.names)}: {_list(classes.names)}", classes.why)
        return classes

    def _empty_classes(self, used: set[str]) -> set[str]:
        empty = {folder.rpartition("/")[2] for folder in self.raw.folders} - used
        return empty

    def _shipped(self, subset: dict[str, str], test_ids: dict[str, str]) -> list[Shipped]:
        shipped = [Shipped(path, name, test_ids.get(path)) for path, name in subset.items()]
        if not test_ids:
            shipped = [_with_own_id(image) for image in shipped]
        return sorted(shipped, key=lambda image: image.image_id)

    def _form(self, classes: Classes, shipped: list[Shipped], labels: Labels) -> tuple[FormFound, str, str]:
        metric = self.params.metric or self.meta.metric
        if self.sample:
            form = form_of(self.sample.sheet, self.sample.id_column, classes, self.params.form, metric)
            self.findings += form.findings
            return form, self.sample.id_column, self.sample.sheet.text
        column = labels.label_column if labels.label_column and " " not in labels.label_column else "label"
        id_column = labels.id_column or "id"
        values = classes.names if classes.integers is None else [str(value) for value in classes.integers]
        integer = classes.integers is not None and all(label == name for label, name in classes.of.items())
        form = FormFound(
            "integer" if integer else "label", [column], values if integer else classes.names, [], 1, []
        )
        ids = [image.submission_id or "" for image in shipped if image.subset == "test"]
        text = f"{id_column},{column}\n" + "".join(f"{_cell(name)},{_cell(form.values[0])}\n" for name in ids)
        self._note("form", f"{id_column},{column}: one {form.form} an image",
                   "assumed: the download has no sample submission, so one was built from the test images", True)  # fmt: skip
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
        if self.params.metric:
            metric = canonical(self.params.metric)
            self._note("metric", metric, "competition.metric")
            return metric
        if self.meta.metric:
            metric = canonical(self.meta.metric)
            self._note("metric", metric, self.meta.source)
            return metric
        guess = {"probabilities": "log_loss", "binary": "log_loss", "top_k": f"map_at_{form.top_k}"}
        metric = guess.get(form.form, "accuracy")
        self._note(
            "metric", metric, "assumed from the form: set competition.metric to the competition's", True
        )
        return metric

    def _note(self, what: str, found: str, why: str = "", warning: bool = False) -> None:
        self.findings.append(Finding(what=what, found=found, why=why, warning=warning))

    def _no_labels(self, trained: list[str]) -> str:
        tables = ", ".join(sheet.name for sheet in self.sheets.all[:5]) or "no tables"
        return (
            f"{self.raw.path}: no labels found for {len(trained):,} images such as {trained[0] if trained else 'none'} "
            f"(looked at class folders, file names and {tables}): name the table in competition.labels."
        )


def label_split(word: str) -> str:
    """The subset that a split column's cell tells."""
    plain = word.strip().lower()
    known = {"train": "train", "training": "train", "valid": "validation", "val": "validation",
             "validation": "validation", "test": "test", "testing": "test"}  # fmt: skip
    return known.get(plain, "")


def _with_own_id(image: Shipped) -> Shipped:
    if image.subset != "test":
        return image
    return Shipped(image.path, image.subset, image.path.rpartition("/")[2])


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text


def _list(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")


def _no_images(raw: Raw) -> str:
    packed = [
        name for name in raw.names() if name.lower().endswith((".7z", ".tar", ".gz", ".rar", ".tgz", ".bz2"))
    ]
    if packed:
        return (
            f"{raw.path} holds no images but {packed[0]}, which is not unpacked here: unpack it and give the "
            "folder as competition.path."
        )
    return f"{raw.path} holds no images ({len(raw.entries)} other files): is it the competition's download?"
