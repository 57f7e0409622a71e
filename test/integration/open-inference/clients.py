"""Calls a service with a client of the Open Inference Protocol and prints the outcomes as JSON.

Usage: clients.py triton|kserve URL MODEL VERSION API_KEY
"""

import asyncio
import json
import sys

import numpy as np

TEXTS = ["I love this phone", "It is broken again, I hate it", "Été à Ōsaka 😀"]

CLIENT, URL, MODEL, VERSION, API_KEY = sys.argv[1:]
HEADERS = {"x-api-key": API_KEY}


def tensor(texts, shape=None):
    return np.array(texts, dtype=np.object_).reshape(shape or [len(texts)])


def numbers(array):
    return {"shape": list(array.shape), "dtype": str(array.dtype), "data": array.tolist()}


def triton():
    from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

    client = InferenceServerClient(URL.removeprefix("http://"))

    def infer(array=tensor(TEXTS), datatype="BYTES", binary=True, model=MODEL, **options):
        text = InferInput("text", list(array.shape), datatype)
        text.set_data_from_numpy(array, binary_data=binary)
        # A copy of the headers, because the client adds to those that it is given.
        defaults = {
            "outputs": [InferRequestedOutput("probabilities", binary_data=binary)],
            "headers": dict(HEADERS),
        }
        result = client.infer(model, [text], **{**defaults, **options})
        answer = result.get_response()
        return {"id": answer.get("id"), **numbers(result.as_numpy("probabilities"))}

    return {
        "live": client.is_server_live,
        "ready": client.is_server_ready,
        "model ready": lambda: client.is_model_ready(MODEL),
        "version ready": lambda: client.is_model_ready(MODEL, VERSION),
        "other model ready": lambda: client.is_model_ready("other"),
        "server": client.get_server_metadata,
        "model": lambda: client.get_model_metadata(MODEL),
        "binary": lambda: infer(request_id="7"),
        "json": lambda: infer(binary=False),
        "default outputs": lambda: infer(outputs=None),
        "column": lambda: infer(tensor(TEXTS, [3, 1])),
        "one text": lambda: infer(tensor(TEXTS[:1])),
        "version": lambda: infer(model_version=VERSION),
        "unknown model": lambda: infer(model="other"),
        "wrong datatype": lambda: infer(np.array([1, 2], dtype=np.int32), "INT32"),
        "wrong shape": lambda: infer(tensor(TEXTS, [1, 3])),
        "invalid UTF-8": lambda: infer(tensor([b"\xff"])),
        "no key": lambda: infer(headers=None),
        "wrong key": lambda: infer(headers={"x-api-key": "wrong"}),
        "classification": lambda: infer(
            outputs=[InferRequestedOutput("probabilities", class_count=3)]
        ),
    }


def kserve():
    from kserve_modules import (
        InferenceRESTClient,
        InferInput,
        InferRequest,
        RequestedOutput,
        RESTConfig,
    )

    async def call(use):
        async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
            return await use(client)

    def run(use):
        return lambda: asyncio.run(call(use))

    def infer(array=tensor(TEXTS), datatype="BYTES", binary=True, model=MODEL, headers=HEADERS):
        text = InferInput("text", list(array.shape), datatype)
        text.set_data_from_numpy(array, binary_data=binary)
        outputs = [RequestedOutput("probabilities", {"binary_data": binary})]
        request = InferRequest(model, [text], request_id="7", request_outputs=outputs)

        async def use(client):
            # A copy of the headers, as for Triton.
            answer = await client.infer(URL, request, model_name=model, headers=dict(headers))
            return {"id": answer.id, **numbers(answer.outputs[0].as_numpy())}

        return run(use)

    return {
        "live": run(lambda client: client.is_server_live(URL)),
        "ready": run(lambda client: client.is_server_ready(URL)),
        "model ready": run(lambda client: client.is_model_ready(URL, MODEL)),
        "other model ready": run(lambda client: client.is_model_ready(URL, "other")),
        "binary": infer(),
        "json": infer(binary=False),
        "column": infer(tensor(TEXTS, [3, 1])),
        "one text": infer(tensor(TEXTS[:1])),
        "unknown model": infer(model="other"),
        "wrong datatype": infer(np.array([1, 2], dtype=np.int32), "INT32"),
        "wrong shape": infer(tensor(TEXTS, [1, 3])),
        "invalid UTF-8": infer(tensor([b"\xff"])),
        "no key": infer(headers={}),
        "wrong key": infer(headers={"x-api-key": "wrong"}),
    }


def outcome(call):
    try:
        return call()
    except Exception as error:
        return {"exception": type(error).__name__, "message": str(error)}


calls = triton() if CLIENT == "triton" else kserve()
print(json.dumps({name: outcome(call) for name, call in calls.items()}))
