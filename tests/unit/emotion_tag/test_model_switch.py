"""How a process keeps in step with the models that all replicas shall have."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from services.emotion_tag.adapters.switch import SwitchableTagger
from services.emotion_tag.application.governance.follow_models import ModelKeeper
from services.emotion_tag.application.tagging.tag_together import TagTogether
from services.emotion_tag.domain.errors import ModelNotFound
from services.emotion_tag.domain.model_version import ModelFolder, ModelState
from services.emotion_tag.domain.tag import TextInput
from tests.support.fake_tagger import FakeTagger


@dataclass
class FakeShelf:
    """Has a model for each of its versions, and counts how often it was asked for one."""

    versions: set[str]
    loads: list[str] = field(default_factory=list)

    def folders(self) -> Sequence[ModelFolder]:
        return [self.find(version) for version in sorted(self.versions)]

    def find(self, version: str) -> ModelFolder:
        if version not in self.versions:
            raise ModelNotFound("No such model.")
        return ModelFolder(version=version, folder=version, checksum="")

    def load(self, version: str) -> FakeTagger:
        self.loads.append(version)
        self.find(version)
        return FakeTagger()


@dataclass
class FakeState:
    """The one row that all replicas follow."""

    now: ModelState = field(default_factory=ModelState)

    async def state(self, *, lock: bool = False) -> ModelState:  # noqa: ARG002 - as the port
        return self.now

    @asynccontextmanager
    async def transactions(self) -> AsyncIterator[Any]:
        @dataclass
        class Transaction:
            models: FakeState

        yield Transaction(self)


def keeper_of(row: FakeState, shelf: FakeShelf, switch: SwitchableTagger) -> ModelKeeper:
    return ModelKeeper(row.transactions, shelf, switch)


async def test_a_promoted_model_answers_and_the_former_stays_in_memory() -> None:
    row, shelf, first = FakeState(), FakeShelf({"a", "b"}), FakeTagger()
    switch = SwitchableTagger("a", first)
    keeper = keeper_of(row, shelf, switch)

    row.now = ModelState(active="a").promoted("b")
    changed = await keeper.follow()

    assert changed
    assert (switch.version, keeper.active) == ("b", "b")
    assert switch.active is not first
    assert switch.loaded("a") is first


async def test_a_rollback_loads_nothing() -> None:
    row, shelf = FakeState(), FakeShelf({"a", "b"})
    switch = SwitchableTagger("a", FakeTagger())
    keeper = keeper_of(row, shelf, switch)
    row.now = ModelState(active="a").promoted("b")
    await keeper.follow()
    shelf.loads.clear()

    row.now = row.now.rolled_back()
    await keeper.follow()

    assert switch.version == "a"
    assert shelf.loads == []


async def test_nothing_is_done_while_nothing_changes() -> None:
    row, shelf = FakeState(), FakeShelf({"a"})
    keeper = keeper_of(row, shelf, SwitchableTagger("a", FakeTagger()))

    assert not await keeper.follow()
    assert shelf.loads == []


async def test_a_model_that_is_missing_here_leaves_the_former_answering_until_it_comes() -> None:
    row, shelf, first = FakeState(), FakeShelf({"a"}), FakeTagger()
    switch = SwitchableTagger("a", first)
    keeper = keeper_of(row, shelf, switch)

    row.now = ModelState(active="a").promoted("b")
    await keeper.follow()

    assert (switch.active, keeper.missing) == (first, ("b",))
    shelf.versions.add("b")
    await keeper.follow()
    assert (switch.version, keeper.missing) == ("b", ())


async def test_a_shadow_is_loaded_and_let_go() -> None:
    row, shelf = FakeState(), FakeShelf({"a", "b"})
    switch = SwitchableTagger("a", FakeTagger())
    keeper = keeper_of(row, shelf, switch)

    row.now = ModelState(active="a").shadowed("b", 100)
    await keeper.follow()
    assert switch.loaded("b") is not None
    assert switch.state.sample_per_mille == 100

    row.now = row.now.shadowed("b", 0)
    await keeper.follow()
    assert switch.loaded("b") is None
    assert switch.version == "a"


async def test_remembered_answers_are_forgotten_when_another_model_answers() -> None:
    first, second = FakeTagger(), FakeTagger()
    switch = SwitchableTagger("a", first)
    together = TagTogether(switch)
    switch.watch(together.forget)
    await together.tag(TextInput("好"))
    await together.tag(TextInput("好"))
    assert len(first.chunks) == 1

    switch.apply(ModelState(active="b", number=1), {"b": second})
    await together.tag(TextInput("好"))

    assert len(second.chunks) == 1
