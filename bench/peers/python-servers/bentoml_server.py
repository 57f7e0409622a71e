"""BentoML with two workers and its own adaptive batching.

    bentoml serve bentoml_server:Sentiment
"""

import bentoml
from engine import MAX_BATCH, Engine


@bentoml.service(workers=2, resources={"cpu": "2"}, metrics={"enabled": False})
class Sentiment:
    def __init__(self):
        self.engine = Engine()

    @bentoml.api(batchable=True, max_batch_size=MAX_BATCH, max_latency_ms=10_000)
    def score(self, texts: list[str]) -> list[list[float]]:
        return self.engine.score(texts)
