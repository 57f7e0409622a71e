"""A model as each server of this folder runs it: tokenizers and one session of ONNX Runtime with
one thread. Texts are prepared as the replaced system does it.

Variables: GRAPH, TOKENIZER, MAX_TOKENS, PAD_ID.
"""

import os

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

MAX_BATCH = 16
MAX_TOKENS = int(os.environ["MAX_TOKENS"])
PAD_ID = int(os.environ["PAD_ID"])


class Engine:
    def __init__(self):
        self.tokenizer = Tokenizer.from_file(os.environ["TOKENIZER"])
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            os.environ["GRAPH"], options, providers=["CPUExecutionProvider"]
        )

    def score(self, texts):
        """Probabilities of each text, in the order of the model's labels."""
        encoded = self.tokenizer.encode_batch([preprocess(text) for text in texts])
        length = max(len(encoding.ids) for encoding in encoded)
        ids = np.full((len(texts), length), PAD_ID, dtype=np.int64)
        mask = np.zeros((len(texts), length), dtype=np.int64)
        for row, encoding in enumerate(encoded):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        (logits,) = self.session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
        scores = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (scores / scores.sum(axis=1, keepdims=True)).tolist()


def preprocess(text):
    words = []
    for word in text.split(" "):
        if word.startswith("@") and len(word) > 1:
            word = "@user"
        elif word.startswith("http"):
            word = "http"
        words.append(word)
    return " ".join(words)
