"""FastAPI with micro-batches: the session takes what waits when it is free.

    uvicorn fastapi_server:app --workers 2
"""

import asyncio
from contextlib import asynccontextmanager

from engine import MAX_BATCH, Engine
from fastapi import FastAPI
from pydantic import BaseModel

queue = asyncio.Queue()


@asynccontextmanager
async def lifespan(app):
    engine = await asyncio.to_thread(Engine)
    batches = asyncio.create_task(score_batches(engine))
    yield
    batches.cancel()


async def score_batches(engine):
    while True:
        waiting = [await queue.get()]
        while len(waiting) < MAX_BATCH and not queue.empty():
            waiting.append(queue.get_nowait())
        scores = await asyncio.to_thread(engine.score, [text for text, _ in waiting])
        for (_, answer), row in zip(waiting, scores):
            if not answer.done():
                answer.set_result(row)


app = FastAPI(lifespan=lifespan)


class TextRequest(BaseModel):
    text: str


@app.get("/ready")
async def ready():
    return {}


@app.post("/score")
async def score(body: TextRequest):
    answer = asyncio.get_running_loop().create_future()
    await queue.put((body.text, answer))
    return {"scores": await answer}
