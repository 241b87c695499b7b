"""The whole detection: from a tree of files to subsets, labels, classes and the submission's form."""

from dataclasses import replace

from podium.competition import class_lists, targets
from podium.competition import classes as class_rules
from podium.competition.beside import beside, settle_groups
from podium.competition.building import built
from podium.competition.detected import Detected, Shipped
from podium.competition.doubled import without_doubles
from podium.competition.foreign import closed, unread
from podium.competition.forms import form_of
from podium.competition.joining import composed
from podium.competition.judged import judged
from podium.competition.labelling import find_labels
from podium.competition.labels import ShippedLabels
from podium.competition.long_rows import widened
from podium.competition.looked_for import bring_together
from podium.competition.page import metric_of_page
from podium.competition.params import CompetitionParams
from podium.competition.pictures import images_of
from podium.competition.roles import IGNORED, Roles, assign, doubles, word_role
from podium.competition.rows import row_of_images
from podium.competition.sample import find_sample, is_sample, refuse_other_tasks
from podium.competition.sheets import Sheets
from podium.competition.subsets import divide
from podium.competition.tasks import own_labels
from podium.competition.written import as_written
from podium.contracts.competition import Competition, Finding
from podium.download.meta import Meta
from podium.download.raw import Raw
from podium.download.sentences import readable
from podium.forms.classes import Classes
from podium.forms.shown import FormFound
from podium.forms.spellings import without_images
from podium.foundation.errors import UserError
from podium.metrics.names import canonical

SHOWN = 5  # names in a finding
AGAIN = 60  # letters by which a note is known in the refusal that says it already


def detect(raw: Raw, params: CompetitionParams, meta: Meta = Meta()) -> Detected:  # noqa: B008  (frozen)
    """Finds train, validation, test, labels and the form. Raises UserError where that is not possible."""
    try:
        return _Detection(raw, params, meta).run()
    except UserError as error:
        notes = [note for note in raw.notes if note[:AGAIN] not in str(error)]
        left = f" (left out of the download: {'; '.join(notes[:SHOWN])})" if notes else ""
        guess = f" ({raw.guesses[0]}: competition.encoding names another)" if raw.guesses else ""
        raise UserError(readable(f"{error}{left}{guess}")) from None


class _Detection:
    """The steps, in order; each leaves its finding."""

    def __init__(self, raw: Raw, params: CompetitionParams, meta: Meta) -> None:
        self.raw, self.params, self.meta = raw, params, meta
        raw.notes += [note for note in closed(raw) if note not in raw.notes]
        self.findings = [Finding(what="download", found=note, warning=True) for note in raw.notes]
        self.findings += [Finding(what="download", found=text) for text in raw.told]
        self._ask_page()
        images, doubled = without_doubles(raw, images_of(raw))
        for note in doubled:
            self._note("ignored", note, warning=True)
        self.sheets = Sheets(raw, params, images)
        self.findings += [Finding(what="download", found=text, warning=True) for text in self.sheets.broken]
        for note in [*unread(raw), *self.sheets.guessed()]:
            why = "competition.encoding names another" if "UTF-8" in note else ""
            self._note("download", note, why, warning=True)
        self.roles = self._roles(images)
        refuse_other_tasks(self.sheets.all, params.sample)
        self.sheets.all, self.long = widened(self.sheets.all, self.roles, params.sample)
        self.findings += [self.long.finding()] if self.long else []
        self.sample = find_sample(self.sheets.all, self.roles, params.sample, params.id_column)
        if self.sample:
            self.sheets.all = composed(self.sheets.all, self.roles.rows)
            self.findings += self.sample.findings
            self.sheets.used.update(
                sheet.name for sheet in self.sheets.all if is_sample(sheet.name) or sheet is self.sample.sheet
            )
            self.roles.change([path for path in self.sample.ids if not self.roles.of[path]], "test")

    def run(self) -> Detected:
        values = self.sample.values if self.sample else {}
        labels, findings = find_labels(self.raw, self.roles, self.sheets, values, self.params)
        self.findings += findings + bring_together(labels, values, self.params.metric or self.meta.metric)
        listed = self.sheets.listed(self.roles)
        self._refuse_trained(labels)
        ids = self.sample.ids if self.sample else self.sheets.test_ids(self.roles, labels, listed)
        named = self.sample.sheet.name if self.sample else ""
        subset, findings = divide(self.roles, labels, ids, listed, named)
        self.findings += findings
        self._refuse_none(subset)
        self.findings += targets.read_shares(labels, self.params.metric or self.meta.metric)
        if self.params.task is None:
            targets.read_numbers(labels, self.params.metric or self.meta.metric)
        classes = self._targets(labels, subset) if labels.columns else self._classes(labels, subset)
        rows = self._rows(labels, subset)
        images = sorted(
            (_shipped(path, subset[path], ids, rows) for path in subset), key=lambda image: image.image_id
        )
        form, id_column, text = self._form(classes, images, labels)
        names = {image.image_id: classes.of[labels.of[image.path]]
                 for image in images if labels.of.get(image.path) in classes.of}  # fmt: skip
        trained = {image.image_id: image.path for image in images if image.subset in ("train", "validation")}
        told = beside(self.sheets.all, labels, classes, subset, rows, [self.roles.rows, *values])
        self.findings += told.findings
        self.findings += settle_groups(told, labels, self.params.group_column)
        return Detected(
            images=images,
            labels={name: label for name, label in names.items() if name in trained},
            test_labels={name: label for name, label in names.items() if name.startswith("test/")},
            groups={name: group for name, path in trained.items() if (group := labels.groups.get(path))},
            competition=self._competition(classes, form, id_column, labels, names),
            sample_text=text,
            sample=self.sample.sheet.name if self.sample else "",
            findings=self.findings,
            columns=told.columns,
        )

    def _ask_page(self) -> None:
        """The metric that a text of the competition's page says, where nothing surer does."""
        self.paged = False  # whether nothing but such a text says it
        if self.params.metric or self.meta.metric:
            return
        told = metric_of_page(self.raw)
        self.paged = bool(told and told.metric)
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

    def _refuse_trained(self, labels: ShippedLabels) -> None:
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

    def _classes(self, labels: ShippedLabels, subset: dict[str, str]) -> Classes:
        used = {label for path, label in labels.of.items() if subset.get(path) in ("train", "validation")}
        if len(used) < 2:
            raise UserError(f"{labels.source}: the training images have one class only ({', '.join(used)}).")
        if len(used) == len(labels.of):
            raise own_labels(labels.source, used)
        columns = list(self.sample.values) if self.sample else []
        more = without_images(columns, used) if len(columns) > 1 else []
        if more:
            text = f"{_list(more)}: a column of the sample, but no image has it"
            self._note("classes", text, "kept as a class", warning=True)
            used |= set(more)
        names, source = (labels.names, labels.source) if labels.names else class_rules.names_file(
            [sheet.plain() for sheet in self.sheets.others()], self.sheets.json_texts(), used)  # fmt: skip
        if not names:
            names, source = class_lists.numbered(self.raw, used)
        classes = class_rules.resolve(used, names, source)
        listed, source = class_lists.ordered(self.raw, used) if classes.integers is None else ([], "")
        if listed:
            classes.names, classes.why = listed, f"in the order of {source}"
        self._note("classes", f"{len(classes.names)}: {_list(classes.names)}", classes.why)
        return classes

    def _targets(self, labels: ShippedLabels, subset: dict[str, str]) -> Classes:
        classes = targets.classes_of(labels, subset)
        self._note(
            "task", f"{labels.task}: {_list(classes.names)}", f"{classes.why}, in {labels.label_column}"
        )
        return classes

    def _rows(self, labels: ShippedLabels, subset: dict[str, str]) -> dict[str, str]:
        """The row of each labelled and test image, where rows have several; a finding where none is known."""
        if not self.roles.rows:
            return {}
        rows, findings = row_of_images(labels, subset, self.sample.ids if self.sample else {})
        self.findings += findings
        return rows

    def _form(
        self, classes: Classes, images: list[Shipped], labels: ShippedLabels
    ) -> tuple[FormFound, str, str]:
        metric = self.params.metric or self.meta.metric
        metric = canonical(metric) if metric else None
        if self.sample:
            sheet, ids = self.sample.sheet.plain(but=self.sample.id_column), self.sample.id_column
            form = form_of(sheet, ids, classes, labels, self.params.form, metric)
            self._note_form(form)
            return as_written(form, self.sample.sheet, ids), ids, self.sample.sheet.text
        tested = list(dict.fromkeys(image.submission_id or "" for image in images if image.subset == "test"))
        form, id_column, text = built(classes, labels, tested, metric)
        self._note_form(form)
        return form, id_column, text

    def _competition(
        self, classes: Classes, form: FormFound, id_column: str, labels: ShippedLabels, names: dict[str, str]
    ) -> Competition:
        task, findings = targets.task_of(
            labels, classes, self.params.metric or self.meta.metric, self.params.task
        )
        self.findings += findings
        by = judged(self.raw, self.params, self.meta, self.paged, form, task, classes.names)
        self.findings += by.findings
        return Competition(
            name=self.meta.slug or self.raw.path.stem,
            task=task,
            classes=classes.names,
            answers=targets.answers_of(classes, names, task),
            metric=by.metric,
            weights=by.weights,
            unknown=by.unknown,
            form=form.form,
            id_column=id_column,
            columns=form.columns,
            values=form.values,
            column_classes=form.column_classes,
            endings=self.long.endings if self.long else [],
            value_column=self.long.value if self.long else "",
            top_k=form.top_k,
            separator=form.separator,
            may_be_empty=form.may_be_empty,
            sample_shipped=self.sample is not None,
            daily_limit=self.meta.daily_limit,
            notebooks_only=self.meta.notebooks_only,
        )

    def _note_form(self, form: FormFound) -> None:
        for note in form.notes:
            self._note("form", *note)

    def _note(self, what: str, found: str, why: str = "", warning: bool = False) -> None:
        self.findings.append(Finding(what=what, found=found, why=why, warning=warning))


def _shipped(path: str, subset: str, ids: dict[str, str], rows: dict[str, str]) -> Shipped:
    row = f"{subset}/{rows[path]}" if path in rows else ""
    return Shipped(f"{subset}/{path}", path, subset, ids[path] if subset == "test" else None, row)


def _list(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
