"""The first layers of multilingual-e5-small as torch modules, with three heads on top.

A text is read as the mean of its last hidden states beside the first one. One head scores the
twelve emotions, one says for or against, one how strong.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.training.encoder.pretrained import Pretrained, Sizes

OUTPUTS = len(EMOTIONS) + 2
"""Columns of the answer: the emotions, log-odds of positive, log-odds of strong."""
_DROPPED = 0.1
_DROPPED_BEFORE_HEAD = 0.2
_LEAST_LOGIT = -1e4  # of a place without a token; finite in 16 bits


class Layer(nn.Module):
    """Attention and a feed-forward net, each normalised after it is added (as BERT does)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.qkv = nn.Linear(sizes.width, 3 * sizes.width)
        self.out = nn.Linear(sizes.width, sizes.width)
        self.out_norm = nn.LayerNorm(sizes.width, sizes.epsilon)
        self.inner = nn.Linear(sizes.width, sizes.inner)
        self.outer = nn.Linear(sizes.inner, sizes.width)
        self.outer_norm = nn.LayerNorm(sizes.width, sizes.epsilon)

    def forward(self, hidden: Tensor, blocked: Tensor) -> Tensor:
        """`hidden` is (texts, tokens, width), `blocked` (texts, 1, 1, tokens), added to logits."""
        texts, tokens, width = hidden.shape
        of_head = width // self.heads
        qkv = self.qkv(hidden).view(texts, tokens, 3, self.heads, of_head).permute(2, 0, 3, 1, 4)
        query, key, value = qkv.contiguous().unbind(0)
        # Written out: for short texts it is faster on a processor than the fused kernel.
        logits = query @ key.transpose(-2, -1) * of_head**-0.5 + blocked
        looked_at = functional.dropout(logits.softmax(-1), _DROPPED, self.training)
        seen = (looked_at @ value).transpose(1, 2).reshape(texts, tokens, width)
        hidden = self.out_norm(hidden + functional.dropout(self.out(seen), _DROPPED, self.training))
        thought = self.outer(functional.gelu(self.inner(hidden)))
        added = functional.dropout(thought, _DROPPED, self.training)
        normed: Tensor = self.outer_norm(hidden + added)
        return normed


class Network(nn.Module):
    """Answers, before any bias of a corpus."""

    def __init__(self, sizes: Sizes, pieces: int, positions: int, layers: int) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, sizes.width)
        self.positions = nn.Embedding(positions, sizes.width)
        self.norm = nn.LayerNorm(sizes.width, sizes.epsilon)
        self.layers = nn.ModuleList(Layer(sizes) for _ in range(layers))
        self.head = nn.Linear(2 * sizes.width, OUTPUTS)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, pieces: Tensor, present: Tensor) -> Tensor:
        """Answers (texts, OUTPUTS) for pieces (texts, tokens), of which some are `present`."""
        hidden = self.norm(self.words(pieces) + self.positions.weight[: pieces.shape[1]])
        blocked = (~present)[:, None, None, :].to(hidden.dtype) * _LEAST_LOGIT
        for layer in self.layers:
            hidden = layer(hidden, blocked)
        share = present[..., None].float()
        mean = (hidden * share).sum(1) / share.sum(1)
        read = torch.cat((mean, hidden[:, 0]), -1)
        answers: Tensor = self.head(functional.dropout(read, _DROPPED_BEFORE_HEAD, self.training))
        return answers


def pretrained_network(
    pretrained: Pretrained, kept: NDArray[np.int64], positions: int, layers: int
) -> Network:
    """The network with the weights of the first `layers` layers and the rows that are kept."""
    width = pretrained.sizes.width
    network = Network(pretrained.sizes, len(kept), positions, layers)

    def put(parameter: Tensor, *names: str) -> None:
        shape = parameter.shape if len(names) == 1 else (-1, *parameter.shape[1:])
        parts = [pretrained.tensor(name, *shape) for name in names]
        parameter.copy_(torch.from_numpy(np.concatenate(parts)))

    with torch.no_grad():
        words = pretrained.tensor("emb.word", -1, width)
        network.words.weight.copy_(torch.from_numpy(words[kept]))
        places = pretrained.tensor("emb.pos", -1, width)
        places += pretrained.tensor("emb.type", -1, width)[0]
        network.positions.weight.copy_(torch.from_numpy(places[:positions]))
        put(network.norm.weight, "emb.ln.w")
        put(network.norm.bias, "emb.ln.b")
        for number, layer in enumerate(network.layers):
            name = f"l{number}"
            put(layer.qkv.weight, f"{name}.q.w", f"{name}.k.w", f"{name}.v.w")
            put(layer.qkv.bias, f"{name}.q.b", f"{name}.k.b", f"{name}.v.b")
            put(layer.out.weight, f"{name}.ao.w")
            put(layer.out.bias, f"{name}.ao.b")
            put(layer.out_norm.weight, f"{name}.aln.w")
            put(layer.out_norm.bias, f"{name}.aln.b")
            put(layer.inner.weight, f"{name}.fi.w")
            put(layer.inner.bias, f"{name}.fi.b")
            put(layer.outer.weight, f"{name}.fo.w")
            put(layer.outer.bias, f"{name}.fo.b")
            put(layer.outer_norm.weight, f"{name}.oln.w")
            put(layer.outer_norm.bias, f"{name}.oln.b")
    return network
