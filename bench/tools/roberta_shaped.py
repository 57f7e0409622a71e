"""Writes a RoBERTa-base-shaped classifier with random weights, for benchmarks at production size.

    python roberta_shaped.py FOLDER

int8.onnx is row-wise INT8 as the service prefers it, fp32.onnx the same graph in FP32,
torchscript.pt the same weights as the replaced system loads them. The predictions mean nothing;
the speed is real.
"""

import sys
from pathlib import Path

import onnx
import torch
from transformers import RobertaConfig, RobertaForSequenceClassification

import rowwise_int8

# twitter-roberta-base-sentiment's config.json
CONFIG = RobertaConfig(
    vocab_size=50265,
    hidden_size=768,
    num_hidden_layers=12,
    num_attention_heads=12,
    intermediate_size=3072,
    max_position_embeddings=514,
    type_vocab_size=1,
    layer_norm_eps=1e-5,
    num_labels=3,
    pad_token_id=1,
    initializer_range=0.04,
    return_dict=False,
)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = RobertaForSequenceClassification(CONFIG).eval()
    example = torch.tensor([[0, 8396, 363, 2]])
    traced = torch.jit.trace(model, (example, torch.ones_like(example)))
    torch.jit.save(traced, str(folder / "torchscript.pt"))

    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    for name, int8 in (("int8.onnx", True), ("fp32.onnx", False)):
        graph = rowwise_int8.build(
            state,
            layers=CONFIG.num_hidden_layers,
            heads=CONFIG.num_attention_heads,
            epsilon=CONFIG.layer_norm_eps,
            int8=int8,
        )
        onnx.save(graph, str(folder / name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
