"""Writes a RoBERTa classifier as the TorchScript file that app.py loads.

    python export.py MODEL_FOLDER FILE
"""

import sys

import torch
from transformers import RobertaForSequenceClassification

folder, file = sys.argv[1:]
model = RobertaForSequenceClassification.from_pretrained(folder, return_dict=False).eval()
example = torch.tensor([[0, 8396, 363, 2]])
traced = torch.jit.trace(model, (example, torch.ones_like(example)))
torch.jit.save(traced, file)
