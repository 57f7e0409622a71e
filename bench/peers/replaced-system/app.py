"""The system this service replaces, as its article shows it: FastAPI in one process, a TorchScript
model in FP32 loaded once, prediction inside the async route.

    MODEL_DIR=folder TORCHSCRIPT=file uvicorn app:app

Rewritten after "Machine learning inference on industry standard" (haicheviet.com, 2022), less
what would slow it down: it gets the text instead of reading the tweet, and has no feature store.
"""

import os
import time

import numpy as np
import torch
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel
from transformers import AutoTokenizer

LABELS = ("negative", "neutral", "positive")

torch.set_num_threads(int(os.environ["TORCH_THREADS"]))
tokenizer = AutoTokenizer.from_pretrained(os.environ["MODEL_DIR"])
model = torch.jit.load(os.environ["TORCHSCRIPT"]).eval()
app = FastAPI()


class TextRequest(BaseModel):
    text: str


class SentimentResponse(BaseModel):
    sentimentAnalyst: str
    textInput: str


@app.middleware("http")
async def add_process_time(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Process-Time"] = str(time.perf_counter() - started)
    return response


@app.get("/ready")
async def ready():
    return {}


@app.post("/inference", response_model=SentimentResponse)
async def inference(body: TextRequest):
    label = predict(body.text)
    if label is None:
        raise HTTPException(status_code=400, detail="Empty prediction")
    return SentimentResponse(sentimentAnalyst=label, textInput=body.text)


def predict(text):
    if not text.strip():
        return None
    encoded = tokenizer(preprocess(text), return_tensors="pt")
    with torch.no_grad():
        logits = model(encoded["input_ids"], encoded["attention_mask"])[0][0].numpy()
    scores = np.exp(logits - logits.max())
    scores /= scores.sum()
    return LABELS[int(np.argmax(scores))]


def preprocess(text):
    words = []
    for word in text.split(" "):
        if word.startswith("@") and len(word) > 1:
            word = "@user"
        elif word.startswith("http"):
            word = "http"
        words.append(word)
    return " ".join(words)
