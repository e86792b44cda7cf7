"""Which model answers, which one did before, which one runs beside, and who decided that."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.emotion_tag.domain.errors import ModelIsActive, NoFormerModel
from services.emotion_tag.domain.promotion import Gate


class ModelAction(StrEnum):
    """What was done to the models."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    SHADOWED = "shadowed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class ModelFolder:
    """A model as it lies on the disk of this process."""

    version: str
    folder: str
    checksum: str


@dataclass(frozen=True, kw_only=True)
class ModelState:
    """What all replicas shall do; empty versions are none."""

    number: int = 0
    """Counts the changes."""
    active: str = ""
    """Empty before anybody promoted anything: each replica answers with the model it was given."""
    previous: str = ""
    shadow: str = ""
    sample_per_mille: int = 0

    def promoted(self, version: str) -> "ModelState":
        """Let another model answer; it no longer runs beside.

        Raises:
            ModelIsActive: it does already.
        """
        if version == self.active:
            raise ModelIsActive("This model answers already.", version=version)
        candidate_goes = self.shadow == version
        return replace(
            self,
            number=self.number + 1,
            active=version,
            previous=self.active,
            shadow="" if candidate_goes else self.shadow,
            sample_per_mille=0 if candidate_goes else self.sample_per_mille,
        )

    def rolled_back(self) -> "ModelState":
        """Let the former model answer again.

        Raises:
            NoFormerModel: there is none.
        """
        if not self.previous:
            raise NoFormerModel("No model answered before this one.", version=self.active)
        return replace(self, number=self.number + 1, active=self.previous, previous=self.active)

    def shadowed(self, version: str, sample_per_mille: int) -> "ModelState":
        """Let a model read a share of the content beside the active one; none if the share is 0.

        Raises:
            ModelIsActive: it is the one that answers.
        """
        if version == self.active and sample_per_mille:
            raise ModelIsActive("The model that answers cannot run beside itself.", version=version)
        return replace(
            self,
            number=self.number + 1,
            shadow=version if sample_per_mille else "",
            sample_per_mille=sample_per_mille,
        )


@dataclass(frozen=True, kw_only=True)
class ModelChange:
    """An entry of the log; nothing is ever removed from it."""

    change_id: UUID
    action: ModelAction
    version: str
    former_version: str
    actor_id: UUID | None
    reason: str = ""
    override_reason: str = ""
    gates: tuple[Gate, ...] = field(default=())
    created_at: datetime
