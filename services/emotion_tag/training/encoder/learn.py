"""The loop: batches of like length, a running average of the weights, checkpoints."""

import logging
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.training.encoder.augment import augmented
from services.emotion_tag.training.encoder.material import PARTS, Material
from services.emotion_tag.training.encoder.network import OUTPUTS, Network
from services.emotion_tag.training.encoder.recipe import Recipe
from services.emotion_tag.training.fit import MEMBERS

log = logging.getLogger(__name__)

START, PAD, END = 0, 1, 2
_TOLD_EVERY = 50
_SAVED_EVERY = 400
_SORTED_TOGETHER = 50
"""Batches whose texts are sorted by length before they are cut."""
_STRENGTH_SHARE = 0.5
_WAYS = 8  # to cut a text into pieces
_IMPOSSIBLE = -1e4


@dataclass(frozen=True, slots=True)
class Visit:
    """One text at one visit."""

    row: int
    pieces: list[int]


class Cutter:
    """Cuts texts into pieces, the middle of long ones left out."""

    def __init__(self, tokenizer: bytes, most: int) -> None:
        self._tokenizer = sentencepiece.SentencePieceProcessor(model_proto=tokenizer)
        self._most = most

    def cut(self, text: str, random: np.random.Generator | None = None) -> list[int]:
        """The likeliest way, or with `random` one of the likeliest."""
        if random is None:
            pieces = self._tokenizer.encode(text)
        else:  # the library's own sampling has another seed in every process
            ways = self._tokenizer.nbest_encode(text, nbest_size=_WAYS)
            pieces = ways[random.integers(len(ways))]
        room = self._most - 2
        if len(pieces) > room:
            pieces = pieces[: room // 2] + pieces[-(room - room // 2) :]
        return [START, *pieces, END]


def padded(rows: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Pieces of texts as a matrix, and where there are any."""
    tokens = max(map(len, rows))
    pieces = torch.full((len(rows), tokens), PAD)
    present = torch.zeros((len(rows), tokens), dtype=torch.bool)
    for at, row in enumerate(rows):
        pieces[at, : len(row)] = torch.tensor(row)
        present[at, : len(row)] = True
    return pieces, present


def plan(material: Material, recipe: Recipe, cutter: Cutter, number: int) -> list[list[Visit]]:
    """The batches of one pass, the same for the same seed and number."""
    random = np.random.default_rng((recipe.seed, number))
    rows: list[NDArray[np.int64]] = []
    for source, name in enumerate(material.sources):
        its = np.flatnonzero(material.source == source)
        times = recipe.servings[name].share
        rows += [its] * int(times)
        rows.append(random.permutation(its)[: round(len(its) * (times % 1))])
    order = random.permutation(np.concatenate(rows))
    visits = [
        Visit(
            int(row),
            cutter.cut(
                augmented(material.texts[row], random),
                random if random.random() < recipe.resampled else None,
            ),
        )
        for row in order
    ]
    together = recipe.batch * _SORTED_TOGETHER
    batches = []
    for start in range(0, len(visits), together):
        alike = sorted(visits[start : start + together], key=lambda visit: len(visit.pieces))
        batches += [alike[at : at + recipe.batch] for at in range(0, len(alike), recipe.batch)]
    return [batches[at] for at in random.permutation(len(batches))]


class Learner:
    """Holds all that changes; what it does is decided by the recipe."""

    def __init__(
        self,
        network: Network,
        material: Material,
        recipe: Recipe,
        cutter: Cutter,
        device: torch.device,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._device = device
        self.network = network.to(device)
        self.bias = nn.Parameter(torch.zeros(len(material.sources), OUTPUTS, device=device))
        self.average = [p.detach().clone() for p in self._all()]
        self._material = material
        self._made_of = sha256("\n".join([repr(recipe), *material.texts]).encode()).hexdigest()
        self._recipe = recipe
        self._cutter = cutter
        self._members = self._there(MEMBERS)
        self._plans: dict[int, list[list[Visit]]] = {}
        self.steps_of_pass = len(self._plan(0))
        self.steps = self.steps_of_pass * recipe.passes
        self.done = 0
        head = [*network.head.parameters()]
        rest = [p for name, p in network.named_parameters() if not name.startswith("head")]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in rest if p.ndim > 1], "lr": recipe.step},
                {"params": [p for p in rest if p.ndim == 1], "lr": recipe.step, "weight_decay": 0},
                {"params": head, "lr": recipe.head_step},
                {"params": [self.bias], "lr": recipe.bias_step},
            ],
            weight_decay=recipe.decay,
            fused=True,
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._pace)

    def run(self, checkpoint: Path) -> None:
        """Learn to the end, from where `checkpoint` was written if it is of this learning."""
        if checkpoint.exists():
            self._resume(checkpoint)
        began, first, loss = time.monotonic(), self.done, 0.0
        self.network.train()
        while self.done < self.steps:
            number, at = divmod(self.done, self.steps_of_pass)
            loss += self._step(self._plan(number)[at])
            if self.done % _TOLD_EVERY == 0:
                pace = (time.monotonic() - began) / (self.done - first)
                left = pace * (self.steps - self.done) / 60
                log.info(
                    "step %d of %d, loss %.4f, %.2f s a step, %.0f min left",
                    self.done,
                    self.steps,
                    loss / _TOLD_EVERY,
                    pace,
                    left,
                )
                loss = 0.0
            if self.done % _SAVED_EVERY == 0 or self.done == self.steps:
                self._save(checkpoint)

    def averaged(self) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]:
        """The averaged weights by their names, and the biases of the corpora."""
        names = [name for name, _ in self.network.named_parameters()]
        *weights, bias = [part.cpu().numpy() for part in self.average]
        return dict(zip(names, weights, strict=True)), bias

    def _there(self, values: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(values).to(self._device)

    def _all(self) -> list[nn.Parameter]:
        return [*self.network.parameters(), self.bias]

    def _plan(self, number: int) -> list[list[Visit]]:
        if number not in self._plans:
            self._plans = {number: plan(self._material, self._recipe, self._cutter, number)}
        return self._plans[number]

    def _pace(self, step: int) -> float:
        warm = self._recipe.warm_up * self.steps
        return min((step + 1) / warm, max(0.02, (self.steps - step) / (self.steps - warm)))

    def _step(self, batch: list[Visit]) -> float:
        pieces, present = padded([visit.pieces for visit in batch])
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            answers = self.network(pieces.to(self._device), present.to(self._device))
        loss = self._loss(answers.float(), np.array([visit.row for visit in batch]))
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._all(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        self.done += 1
        with torch.no_grad():
            kept = min(self._recipe.averaged, (self.done + 1) / (self.done + 20))
            torch._foreach_lerp_(self.average, [p.detach() for p in self._all()], 1 - kept)
        return float(loss.detach())

    def _loss(self, answers: Tensor, rows: NDArray[np.int64]) -> Tensor:
        known = self._material
        answers = answers + self.bias[self._there(known.source[rows])]
        emotions = answers[:, : len(EMOTIONS)]
        universe = self._members[self._there(known.universe[rows])]
        logs = (emotions + (1 - universe) * _IMPOSSIBLE).log_softmax(-1)
        shares = self._there(known.shares[rows])
        miss = torch.zeros(len(rows), device=self._device)
        for place in range(PARTS):
            meant = self._members[self._there(known.parts[rows, place])]
            its = (logs + (1 - meant) * _IMPOSSIBLE).logsumexp(-1)
            miss = miss - torch.where(shares[:, place] > 0, shares[:, place] * its, 0.0)
        spread = -(logs * universe).sum(-1) / universe.sum(-1)
        smooth = self._recipe.smoothing * (shares[:, 0] > 0)
        weight = self._there(known.weight[rows])
        loss = (weight * ((1 - smooth) * miss + smooth * spread)).sum()
        polarity_weight = self._there(known.polarity_weight[rows])
        loss = loss + _told(answers[:, -2], self._there(known.positive[rows]), polarity_weight)
        strength = self._there(known.strength[rows])
        loss = loss + _told(answers[:, -1], strength, torch.tensor(_STRENGTH_SHARE))
        return loss / self._recipe.batch

    def _save(self, checkpoint: Path) -> None:
        state = {
            "made_of": self._made_of,
            "done": self.done,
            "weights": [p.detach() for p in self._all()],
            "average": self.average,
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "random": torch.get_rng_state(),
        }
        unfinished = checkpoint.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(checkpoint)

    def _resume(self, checkpoint: Path) -> None:
        state = torch.load(checkpoint, weights_only=True, map_location="cpu")
        if state["made_of"] != self._made_of:
            log.info("the checkpoint is of another recipe or other texts: starting anew")
            return
        self.done = state["done"]
        self.average = [part.to(self._device) for part in state["average"]]
        with torch.no_grad():
            for parameter, weights in zip(self._all(), state["weights"], strict=True):
                parameter.copy_(weights)
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        log.info("going on after step %d", self.done)


def _told(logit: Tensor, right: Tensor, weight: Tensor) -> Tensor:
    """Loss of a yes-or-no answer where the right one is known; NaN is unknown."""
    known = ~right.isnan()
    loss = functional.binary_cross_entropy_with_logits(
        logit, torch.where(known, right, 0.0), reduction="none"
    )
    return (loss * known * weight).sum()
