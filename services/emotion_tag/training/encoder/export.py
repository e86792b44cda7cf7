"""Writes the network as ONNX in whole numbers that come out alike in any batch.

Weights are quantised by output, activations by token: a token's numbers do not depend on its
neighbours in a batch. Products are exact sums of integers; weights keep to 7 bits, as processors
without VNNI add pairs of products in 16 bits.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from services.emotion_tag.training.encoder.pretrained import Sizes

Floats = NDArray[np.float32]

_MOST_OF_WEIGHT = 63
_MOST = 127
_ZERO = 128  # what stands for 0 in an activation
_ONNX_OPSET = 18
_IR_VERSION = 9
_CONTRIB = "com.microsoft"  # operators of onnxruntime


def onnx_of(weights: Mapping[str, Floats], sizes: Sizes, layers: int) -> bytes:
    """The layers: `pieces` (texts, tokens), without padding, to `hidden` (texts, tokens, width).

    What follows is not here, as a mean is not summed in the same order in every batch.
    """
    writer = _Writer(weights)
    hidden = _embedded(writer, sizes)
    for number in range(layers):
        hidden = _layer(writer, sizes, f"layers.{number}", hidden)
    writer.node("Reshape", hidden, writer.shape("by_text", sizes.width), outputs=["hidden"])
    shape: list[str | int | None] = ["texts", "tokens", sizes.width]
    graph = helper.make_graph(
        writer.nodes,
        "encoder",
        [helper.make_tensor_value_info("pieces", TensorProto.INT32, ["texts", "tokens"])],
        [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, shape)],
        writer.constants,
    )
    opsets = [helper.make_opsetid("", _ONNX_OPSET), helper.make_opsetid(_CONTRIB, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
    packed: bytes = model.SerializeToString(deterministic=True)
    return packed


def _embedded(writer: "_Writer", sizes: Sizes) -> str:
    words = writer.weights["words.weight"]
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-8) / _MOST
    steps = writer.constant("words.steps", np.round(words / scale).astype(np.int8))
    row = writer.node("Cast", writer.node("Gather", steps, "pieces"), to=TensorProto.FLOAT)
    scales = writer.constant("words.scale", scale)
    word = writer.node("Mul", row, writer.node("Gather", scales, "pieces"))
    places = writer.weights["positions.weight"][None].astype(np.float16)
    place = writer.node(
        "Slice",
        writer.constant("positions", places),
        writer.constant("from", np.array([0])),
        writer.node("Shape", "pieces", start=1, end=2),
        writer.constant("axis", np.array([1])),
    )
    added = writer.node("Add", word, writer.node("Cast", place, to=TensorProto.FLOAT))
    normed = writer.node(
        "LayerNormalization",
        added,
        writer.weight("norm.weight"),
        writer.weight("norm.bias"),
        epsilon=sizes.epsilon,
    )
    flat = writer.constant("by_token", np.array([-1, sizes.width]))
    return writer.node("Reshape", normed, flat)


def _layer(writer: "_Writer", sizes: Sizes, name: str, hidden: str) -> str:
    """One layer over tokens in a row; attention alone looks at them text by text."""
    by_text = writer.shape(f"{name}.by_text", 3 * sizes.width)
    query_key_value = [f"{name}.{part}" for part in ("query", "key", "value")]
    writer.node(
        "Split",
        writer.node("Reshape", writer.product(f"{name}.qkv", hidden), by_text),
        outputs=query_key_value,
        axis=2,
        num_outputs=3,
    )
    seen = writer.node(
        "MultiHeadAttention",
        *query_key_value,
        writer.weight(f"{name}.qkv.bias"),
        domain=_CONTRIB,
        num_heads=sizes.heads,
    )
    added = writer.product(f"{name}.out", writer.node("Reshape", seen, "by_token"))
    hidden = writer.normed(f"{name}.out", hidden, added, sizes.epsilon)
    inner = writer.node(
        "BiasGelu",
        writer.product(f"{name}.inner", hidden),
        writer.weight(f"{name}.inner.bias"),
        domain=_CONTRIB,
    )
    added = writer.product(f"{name}.outer", inner)
    return writer.normed(f"{name}.outer", hidden, added, sizes.epsilon)


class _Writer:
    """Gathers nodes and constants."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.constant("last", np.array([-1]))
        self.constant("step", np.float32(1 / _MOST))
        self.constant("one", np.float32(1))
        self.constant("zero", np.uint8(_ZERO))

    def constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def node(
        self,
        operator: str,
        *inputs: str,
        domain: str = "",
        outputs: Sequence[str] = (),
        **attributes: Any,
    ) -> str:
        """Add a node; the name of its first output."""
        made = outputs or [f"{operator}{len(self.nodes)}"]
        self.nodes.append(helper.make_node(operator, inputs, made, domain=domain, **attributes))
        return made[0]

    def shape(self, name: str, width: int) -> str:
        """The shape (texts, tokens, width)."""
        end = self.constant(name, np.array([width]))
        return self.node("Concat", self.node("Shape", "pieces"), end, axis=0)

    def product(self, name: str, rows: str) -> str:
        """Rows times a matrix, without its bias."""
        matrix = self.weights[f"{name}.weight"].T
        scale = np.maximum(np.abs(matrix).max(axis=0), 1e-8) / _MOST_OF_WEIGHT
        largest = self.node("ReduceMax", self.node("Abs", rows), "last", keepdims=1)
        row_scale = self.node("Mul", largest, "step")
        steps = self.node("QuantizeLinear", self.node("Div", rows, row_scale), "one", "zero")
        product = self.node(
            "MatMulIntegerToFloat",
            steps,
            self.constant(f"{name}.steps", np.round(matrix / scale).astype(np.int8)),
            "one",
            self.constant(f"{name}.scale", scale),
            "zero",
            domain=_CONTRIB,
        )
        return self.node("Mul", product, row_scale)

    def normed(self, name: str, hidden: str, added: str, epsilon: float) -> str:
        """Their sum and the bias of the matrix, normalised.

        In three steps: onnxruntime's one operator for all makes the network a sixth slower.
        """
        total = self.node("Add", self.node("Add", hidden, added), self.weight(f"{name}.bias"))
        return self.node(
            "LayerNormalization",
            total,
            self.weight(f"{name}_norm.weight"),
            self.weight(f"{name}_norm.bias"),
            axis=-1,
            epsilon=epsilon,
        )
