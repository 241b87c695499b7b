"""Names of metrics, as competitions call them and as Podium does. Imports nothing heavy."""

import difflib
import re

from podium.foundation.errors import UserError

NAMES = (
    "accuracy",
    "balanced_accuracy",
    "f1_macro",
    "f1_micro",
    "f1_samples",
    "f1_weighted",
    "f2_samples",
    "log_loss",
    "roc_auc",
    "quadratic_kappa",
    "map_at_k",
    "average_precision",
    "weighted_auc",
    "partial_auc",
    "probabilistic_f1",
    "rmse",
    "mae",
    "r2",
    "global_r2",
)
MAP_NAME = re.compile(r"(?:map|mean_average_precision)_(?:at_)?(\d+)")

ALIASES = {
    "acc": "accuracy",
    "categorization_accuracy": "accuracy",
    "classification_accuracy": "accuracy",
    "top_1_accuracy": "accuracy",
    "balanced_acc": "balanced_accuracy",
    "mean_class_accuracy": "balanced_accuracy",
    "macro_recall": "balanced_accuracy",
    "f1": "f1_macro",
    "macro_f1": "f1_macro",
    "macro_f1_score": "f1_macro",
    "f1_score": "f1_macro",
    "mean_f1": "f1_macro",
    "mean_f_score": "f1_macro",
    "macro_f_score": "f1_macro",
    "micro_f1": "f1_micro",
    "micro_f1_score": "f1_micro",
    "sample_f1": "f1_samples",
    "samples_f1": "f1_samples",
    "mean_sample_f1": "f1_samples",
    "weighted_f1": "f1_weighted",
    "weighted_f1_score": "f1_weighted",
    "logloss": "log_loss",
    "loss": "log_loss",
    "multiclass_loss": "log_loss",
    "multi_class_loss": "log_loss",
    "multiclass_log_loss": "log_loss",
    "multi_class_log_loss": "log_loss",
    "multi_class_logarithmic_loss": "log_loss",
    "cross_entropy": "log_loss",
    "mean_column_log_loss": "log_loss",
    "mean_columnwise_log_loss": "log_loss",
    "mean_column_wise_log_loss": "log_loss",
    "auc": "roc_auc",
    "mean_auc": "roc_auc",
    "mean_column_auc": "roc_auc",
    "mean_column_roc_auc": "roc_auc",
    "mean_column_wise_roc_auc": "roc_auc",
    "rocauc": "roc_auc",
    "mean_columnwise_roc_auc": "roc_auc",
    "area_under_the_roc_curve": "roc_auc",
    "area_under_receiver_operating_characteristic_curve": "roc_auc",
    "kappa": "quadratic_kappa",
    "qwk": "quadratic_kappa",
    "quadratic_weighted_kappa": "quadratic_kappa",
    "cohen_kappa_quadratic": "quadratic_kappa",
    "map": "map_at_k",
    "mapk": "map_at_k",
    "mean_average_precision": "map_at_k",
    "mean_average_precision_at_k": "map_at_k",
    "ap": "average_precision",
    "f2": "f2_samples",
    "f2_score": "f2_samples",
    "mean_f2": "f2_samples",
    "mean_f2_score": "f2_samples",
    "pauc": "partial_auc",
    "partial_roc_auc": "partial_auc",
    "pf1": "probabilistic_f1",
    "probabilistic_f_score": "probabilistic_f1",
    "root_mean_squared_error": "rmse",
    "root_mean_square_error": "rmse",
    "mean_columnwise_root_mean_squared_error": "rmse",
    "mcrmse": "rmse",
    "mean_absolute_error": "mae",
    "r_squared": "r2",
    "r2_score": "r2",
    "coefficient_of_determination": "r2",
    "globally_weighted_r2": "global_r2",
    "globally_weighted_coefficient_of_determination": "global_r2",
}


def canonical(name: str) -> str:
    """The registry's name for a metric, whatever a competition calls it: `Macro F1-Score` -> f1_macro.

    MAP@5 becomes map_at_5; without a number the cut-off is 5. Raises UserError with the nearest name.
    """
    plain = re.sub(r"[^a-z0-9]+", "_", name.strip().lower().replace("@", " at ")).strip("_")
    cutoff = MAP_NAME.fullmatch(plain)
    if cutoff and int(cutoff[1]) > 0:
        return f"map_at_{int(cutoff[1])}"
    if plain in NAMES:
        return plain
    if plain in ALIASES:
        return ALIASES[plain]
    close = difflib.get_close_matches(plain, [*NAMES, *ALIASES], n=1, cutoff=0.5)
    near = f"did you mean {ALIASES.get(close[0], close[0])}" if close else f"known are {', '.join(NAMES)}"
    raise UserError(f"metric {name!r} is not known; {near}.")
