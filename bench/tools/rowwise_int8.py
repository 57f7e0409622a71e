"""Writes a BERT or RoBERTa classifier as ONNX, with onnxruntime's fused operators.

The head is mean pooling and one linear layer (weights named head.*), or RoBERTa's own on the
first token (weights named classifier.*).

With `int8` the weights are quantised to 7 bits per output channel (8 bits saturate on CPUs
without VNNI, so that machines would disagree) and the activations per token, symmetrically: a
text's logits do not depend on what shares its batch.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"
# Parts of the largest weight at which a channel may be clipped; least squares picks one.
CLIP_RATIOS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)


class GraphBuilder:
    """Collects nodes and constants under names of its own."""

    def __init__(self):
        self.nodes = []
        self.constants = []
        self._count = 0

    def const(self, array, name=None):
        self._count += 1
        name = name or f"c{self._count}"
        array = np.ascontiguousarray(array).reshape(np.shape(array))
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def op(self, kind, *inputs, domain="", outputs=1, **attributes):
        self._count += 1
        base = f"v{self._count}"
        names = [base] if outputs == 1 else [f"{base}_{i}" for i in range(outputs)]
        self.nodes.append(
            helper.make_node(
                kind, list(inputs), names, name=f"{kind}_{self._count}", domain=domain, **attributes
            )
        )
        return names[0] if outputs == 1 else names


def quantise_weight(weight):
    """[in, out] float -> int8 in [-64, 64] and the scale of each output channel."""
    largest = np.abs(weight).max(0) + 1e-12
    best_error, best_scale = None, None
    for ratio in CLIP_RATIOS:
        scale = largest * ratio / 64
        rounded = np.clip(np.round(weight / scale), -64, 64)
        error = ((rounded * scale - weight) ** 2).sum(0)
        if best_error is None:
            best_error, best_scale = error, scale
        else:
            better = error < best_error
            best_error = np.where(better, error, best_error)
            best_scale = np.where(better, scale, best_scale)
    quantised = np.clip(np.round(weight / best_scale), -64, 64).astype(np.int8)
    return quantised, best_scale.astype(np.float32)


class Linear:
    """Matrix products of [tokens, in] with [in, out] weights, without bias."""

    def __init__(self, graph, int8):
        self._graph = graph
        self._int8 = int8
        if not int8:
            return
        self._one = graph.const(np.float32(1.0))
        self._weight_zero = graph.const(np.uint8(128))
        self._per_step = graph.const(np.float32(1 / 127))
        self._flat = graph.const(np.array([-1], np.int64))
        # One zero point a token, the same in every layer.
        tokens = graph.op("Shape", graph.op("Reshape", "input_ids", self._flat))
        zero = helper.make_tensor("zero", TensorProto.UINT8, [1], [128])
        self._activation_zero = graph.op("ConstantOfShape", tokens, value=zero)

    def __call__(self, x, weight):
        graph = self._graph
        if not self._int8:
            return graph.op("MatMul", x, graph.const(weight))
        largest = graph.op("ReduceMax", graph.op("Abs", x), axes=[1], keepdims=1)
        scale = graph.op("Mul", largest, self._per_step)
        flat_scale = graph.op("Reshape", scale, self._flat)
        quantised = graph.op("QuantizeLinear", x, flat_scale, self._activation_zero, axis=0)
        weight_int8, weight_scale = quantise_weight(weight)
        product = graph.op(
            "MatMulIntegerToFloat",
            quantised,
            graph.const(weight_int8),
            self._one,
            graph.const(weight_scale),
            self._weight_zero,
            domain=MICROSOFT,
        )
        return graph.op("Mul", product, scale)


def build(state, layers, heads, epsilon, int8):
    """The ONNX model of a state dict: inputs input_ids and attention_mask, output logits."""
    weights = {
        name.removeprefix("bert.").removeprefix("roberta."): np.asarray(value, dtype=np.float32)
        for name, value in state.items()
    }
    is_roberta = "classifier.out_proj.weight" in weights
    width = weights["embeddings.word_embeddings.weight"].shape[1]

    graph = GraphBuilder()
    rows = graph.const(np.array([-1, width], np.int64))
    shape = graph.op("Shape", "input_ids")
    by_text = graph.op("Concat", shape, graph.const(np.array([width], np.int64)), axis=0)
    by_text_qkv = graph.op("Concat", shape, graph.const(np.array([3 * width], np.int64)), axis=0)
    key_mask = graph.op("Cast", "attention_mask", to=TensorProto.INT32)
    linear = Linear(graph, int8)

    def layer_norm(x, name):
        return graph.op(
            "LayerNormalization",
            x,
            graph.const(weights[f"{name}.weight"]),
            graph.const(weights[f"{name}.bias"]),
            epsilon=epsilon,
        )

    def add_norm(y, bias, x, name):
        # Sum, not Add: onnxruntime would fuse Add and LayerNormalization into a slower operator.
        return layer_norm(graph.op("Sum", y, graph.const(bias), x), name)

    x = _embed(graph, weights, shape, is_roberta, int8)
    x = layer_norm(x, "embeddings.LayerNorm")
    x = graph.op("Reshape", x, rows)
    for number in range(layers):
        layer = f"encoder.layer.{number}."

        def weight(name, layer=layer):
            return weights[f"{layer}{name}.weight"].T

        def bias(name, layer=layer):
            return weights[f"{layer}{name}.bias"]

        projections = [f"attention.self.{name}" for name in ("query", "key", "value")]
        qkv = linear(x, np.concatenate([weight(name) for name in projections], 1))
        q, k, v = graph.op("Split", graph.op("Reshape", qkv, by_text_qkv), outputs=3, axis=2)
        attended = graph.op(
            "MultiHeadAttention",
            q,
            k,
            v,
            graph.const(np.concatenate([bias(name) for name in projections])),
            key_mask,
            domain=MICROSOFT,
            num_heads=heads,
        )
        y = linear(graph.op("Reshape", attended, rows), weight("attention.output.dense"))
        x = add_norm(
            y, bias("attention.output.dense"), x, f"{layer}attention.output.LayerNorm"
        )
        y = linear(x, weight("intermediate.dense"))
        y = graph.op("BiasGelu", y, graph.const(bias("intermediate.dense")), domain=MICROSOFT)
        y = linear(y, weight("output.dense"))
        x = add_norm(y, bias("output.dense"), x, f"{layer}output.LayerNorm")
    x = graph.op("Reshape", x, by_text)

    pooled, head = _pool(graph, weights, x, is_roberta)
    _linear_head(graph, weights, pooled, head)
    return _model(graph)


def _embed(graph, weights, shape, is_roberta, int8):
    words = weights["embeddings.word_embeddings.weight"]
    if int8:
        scales = (np.abs(words).max(1, keepdims=True) / 127 + 1e-12).astype(np.float32)
        table = graph.const(np.round(words / scales).astype(np.int8), "word_embeddings")
        gathered = graph.op("Gather", table, "input_ids")
        embedded = graph.op(
            "Mul",
            graph.op("Cast", gathered, to=TensorProto.FLOAT),
            graph.op("Gather", graph.const(scales, "word_scales"), "input_ids"),
        )
    else:
        embedded = graph.op("Gather", graph.const(words, "word_embeddings"), "input_ids")
    # RoBERTa counts positions from its padding id plus one.
    first_position = 2 if is_roberta else 0
    positions = weights["embeddings.position_embeddings.weight"][first_position:]
    positions = positions + weights["embeddings.token_type_embeddings.weight"][0]
    longest = graph.op(
        "Slice", shape, graph.const(np.array([1], np.int64)), graph.const(np.array([2], np.int64))
    )
    start = graph.const(np.array([0], np.int64))
    sliced = graph.op("Slice", graph.const(positions, "positions"), start, longest)
    return graph.op("Add", embedded, sliced)


def _pool(graph, weights, x, is_roberta):
    """What the head reads, and the name of the head's weights."""
    if is_roberta:
        first = graph.op("Gather", x, graph.const(np.int64(0)), axis=1)
        dense = graph.op(
            "Gemm",
            first,
            graph.const(weights["classifier.dense.weight"]),
            graph.const(weights["classifier.dense.bias"]),
            transB=1,
        )
        return graph.op("Tanh", dense), "classifier.out_proj"
    axis = graph.const(np.array([1], np.int64))
    mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    mask = graph.op("Unsqueeze", mask, graph.const(np.array([2], np.int64)))
    total = graph.op("ReduceSum", graph.op("Mul", x, mask), axis, keepdims=0)
    return graph.op("Div", total, graph.op("ReduceSum", mask, axis, keepdims=0)), "head"


def _linear_head(graph, weights, pooled, head):
    inputs = [pooled, graph.const(weights[f"{head}.weight"]), graph.const(weights[f"{head}.bias"])]
    graph.nodes.append(helper.make_node("Gemm", inputs, ["logits"], name="head", transB=1))


def _model(graph):
    def value(name, kind, shape):
        return helper.make_tensor_value_info(name, kind, shape)

    inputs = [
        value(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [value("logits", TensorProto.FLOAT, ["batch", 3])]
    body = helper.make_graph(graph.nodes, "tweet-sentiment", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9)
