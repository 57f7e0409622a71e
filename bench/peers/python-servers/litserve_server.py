"""LitServe with two workers and its own batching.

    python litserve_server.py PORT
"""

import sys

import litserve
from engine import MAX_BATCH, Engine

BATCH_TIMEOUT_SECONDS = 0.005


class SentimentAPI(litserve.LitAPI):
    def setup(self, device):
        self.engine = Engine()

    def decode_request(self, request):
        return request["text"]

    def batch(self, inputs):
        return list(inputs)

    def predict(self, texts):
        return self.engine.score(texts)

    def unbatch(self, output):
        return output

    def encode_response(self, output):
        return {"scores": output}


if __name__ == "__main__":
    api = SentimentAPI(
        max_batch_size=MAX_BATCH, batch_timeout=BATCH_TIMEOUT_SECONDS, api_path="/score"
    )
    server = litserve.LitServer(
        api, accelerator="cpu", workers_per_device=2, disable_openapi_url=True
    )
    server.run(host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", generate_client_file=False)
