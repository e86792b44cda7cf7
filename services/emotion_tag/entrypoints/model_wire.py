"""Models, what was measured of them, drift and fairness as the contract has them."""

from collections.abc import Iterable, Sequence

from resonance.emotion_tag.v1 import model_pb2 as pb
from resonance.type.v1.text_pb2 import LocalizedText
from services.emotion_tag.application.governance.watch_drift import Drift
from services.emotion_tag.domain.comparison import Comparison
from services.emotion_tag.domain.drift import DriftState, FeatureDrift
from services.emotion_tag.domain.evaluation import Evaluation, Figures, SliceFigures
from services.emotion_tag.domain.fairness import Fairness, Gap
from services.emotion_tag.domain.gold import GoldSet
from services.emotion_tag.domain.model_version import (
    ModelAction,
    ModelChange,
    ModelFolder,
    ModelState,
)
from services.emotion_tag.domain.promotion import Gate
from services.emotion_tag.domain.shadow import ShadowFigures
from services.emotion_tag.wire import EMOTION_NUMBERS, to_time

_ACTIONS = {
    action: pb.ModelAction.Value(f"MODEL_ACTION_{action.value.upper()}") for action in ModelAction
}
_STATES = {state: pb.DriftState.Value(f"DRIFT_STATE_{state.value.upper()}") for state in DriftState}


def to_model(version: str, folder: ModelFolder | None, state: ModelState) -> pb.ModelVersion:
    """A model as the state has it; without a folder it is gone."""
    return pb.ModelVersion(
        version=version,
        folder=folder.folder if folder else "",
        checksum=folder.checksum if folder else "",
        is_active=version == state.active,
        is_previous=version == state.previous,
        is_shadow=version == state.shadow,
        is_available=folder is not None,
    )


def to_evaluation(one: Evaluation) -> pb.Evaluation:
    if one.is_running:
        state = pb.EVALUATION_STATE_RUNNING
    else:
        state = pb.EVALUATION_STATE_FAILED if one.error else pb.EVALUATION_STATE_SUCCEEDED
    message = pb.Evaluation(
        evaluation_id=str(one.evaluation_id),
        version=one.version,
        gold_set_id=str(one.gold_set_id),
        state=state,
        progress=one.progress,
        error=one.error,
        create_time=to_time(one.created_at),
        end_time=to_time(one.ended_at) if one.ended_at else None,
    )
    if one.figures is not None:
        _add_figures(message, one.figures)
    return message


def _add_figures(message: pb.Evaluation, figures: Figures) -> None:
    message.MergeFrom(
        pb.Evaluation(
            count=figures.count,
            accuracy=figures.accuracy,
            macro_f1=figures.macro_f1,
            macro_f1_low=figures.macro_f1_low,
            macro_f1_high=figures.macro_f1_high,
            calibration_error=figures.calibration_error,
            classes=[
                pb.ClassFigures(
                    label=name,
                    precision=score.precision,
                    recall=score.recall,
                    f1=score.f1,
                    support=score.support,
                )
                for name, score in figures.classes
            ],
            confusion=[
                pb.ConfusionRow(label=name, answered=row)
                for (name, _), row in zip(figures.classes, figures.confusion, strict=True)
            ],
            bins=[
                pb.CalibrationBin(confidence=b.confidence, accuracy=b.accuracy, count=b.count)
                for b in figures.bins
            ],
            coverage=[
                pb.CoveragePoint(coverage=share, accuracy=right)
                for share, right in figures.coverage
            ],
            slices=to_slices(figures.slices),
            texts_per_second=figures.texts_per_second,
        )
    )


def to_slices(slices: Iterable[SliceFigures]) -> list[pb.SliceFigures]:
    return [
        pb.SliceFigures(
            name=one.name,
            count=one.count,
            accuracy=one.accuracy,
            macro_f1=one.macro_f1,
            calibration_error=one.calibration_error,
        )
        for one in slices
    ]


def to_comparison(version: str, other: str, gold_set_id: str, found: Comparison) -> pb.Comparison:
    return pb.Comparison(
        version=version,
        other_version=other,
        gold_set_id=gold_set_id,
        count=found.count,
        only_version_right=found.only_one_right,
        only_other_right=found.only_other_right,
        p_value=found.p_value,
        macro_f1_difference=found.macro_f1,
        macro_f1_difference_low=found.macro_f1_low,
        macro_f1_difference_high=found.macro_f1_high,
        calibration_error_difference=found.calibration_error,
        slices=[
            pb.SliceDifference(name=one.name, count=one.count, accuracy_difference=one.accuracy)
            for one in found.slices
        ],
    )


def to_shadow(version: str, state: ModelState, found: ShadowFigures) -> pb.Shadow:
    return pb.Shadow(
        version=version,
        active_version=state.active,
        sample_per_mille=state.sample_per_mille if state.shadow == version else 0,
        count=found.count,
        agreement=found.agreement,
        agreement_low=found.agreement_low,
        agreement_high=found.agreement_high,
        polarity_agreement=found.polarity_agreement,
        divergence=found.divergence,
        confidence=found.confidence,
        active_confidence=found.active_confidence,
        unsure_share=found.unsure_share,
        active_unsure_share=found.active_unsure_share,
        speed_ratio=found.speed_ratio,
        milliseconds=found.milliseconds,
        cells=[
            pb.ShadowCell(
                active_emotion=EMOTION_NUMBERS[cell.active_emotion],
                candidate_emotion=EMOTION_NUMBERS[cell.candidate_emotion],
                count=cell.count,
            )
            for cell in found.cells
        ],
    )


def to_gates(gates: Iterable[Gate]) -> list[pb.Gate]:
    return [
        pb.Gate(
            name=gate.name,
            is_passed=gate.is_passed,
            measured=gate.measured,
            limit=gate.limit,
            detail=LocalizedText(zh=gate.detail_zh, en=gate.detail_en),
            gold_set_id=str(gate.gold_set_id) if gate.gold_set_id else "",
        )
        for gate in gates
    ]


def to_change(one: ModelChange) -> pb.ModelChange:
    return pb.ModelChange(
        change_id=str(one.change_id),
        action=_ACTIONS[one.action],
        version=one.version,
        former_version=one.former_version,
        actor_id=str(one.actor_id) if one.actor_id else "",
        reason=one.reason,
        override_reason=one.override_reason,
        gates=to_gates(one.gates),
        create_time=to_time(one.created_at),
    )


def to_drift(found: Drift) -> pb.Drift:
    return pb.Drift(
        state=_STATES[found.state],
        features=[_to_feature(one) for one in found.features],
        current_start_time=to_time(found.current_from),
        reference_start_time=to_time(found.reference_from),
    )


def _to_feature(one: FeatureDrift) -> pb.FeatureDrift:
    before, now = sum(one.reference.values()), sum(one.current.values())
    return pb.FeatureDrift(
        feature=one.feature.key,
        name=LocalizedText(zh=one.feature.name.zh_hans, en=one.feature.name.en),
        is_input=one.feature.is_input,
        psi=one.psi,
        divergence=one.divergence,
        state=_STATES[one.state],
        reference_count=before,
        current_count=now,
        shares=[
            pb.DriftShare(
                value=value,
                reference=one.reference.get(value, 0) / before if before else 0.0,
                current=one.current.get(value, 0) / now if now else 0.0,
            )
            for value in sorted(one.reference.keys() | one.current.keys())
        ],
    )


def to_fairness(
    found: Fairness, gold: Sequence[tuple[GoldSet, Sequence[SliceFigures]]]
) -> pb.Fairness:
    return pb.Fairness(
        version=found.version,
        gaps=[_to_gap(one) for one in found.gaps],
        slices=to_slices(found.slices),
        gold=[
            pb.GoldSlices(gold_set_id=str(one.gold_set_id), name=one.name, slices=to_slices(slices))
            for one, slices in gold
        ],
    )


def _to_gap(one: Gap) -> pb.FairnessGap:
    return pb.FairnessGap(
        name=one.group.name,
        count=len(one.group.pairs),
        flip_share=one.flip_share,
        flip_share_low=one.flip_low,
        flip_share_high=one.flip_high,
        valence_gap=one.valence,
        valence_gap_low=one.valence_low,
        valence_gap_high=one.valence_high,
        confidence_gap=one.confidence,
        meaning=LocalizedText(zh=one.group.meaning_zh, en=one.group.meaning_en),
    )
