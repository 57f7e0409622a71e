"""Labels the texts of a CSV file by a running service. Needs pandas and requests.

    python docs/examples/score_csv.py tweets.csv scored.csv

SERVICE_URL says where the service is (default http://127.0.0.1:3000), API_KEY what it asks for. For a
file on the same machine, `npx tss score` needs neither Python nor a service.
"""

import os
import sys
import time

import pandas as pd
import requests

URL = os.environ.get("SERVICE_URL", "http://127.0.0.1:3000")
TEXTS_PER_REQUEST = 128
ATTEMPTS = 5


def score(session: requests.Session, texts: list[str]) -> list[dict]:
    """Results of 1 to 128 texts, in their order; tries again when the service is busy."""
    for attempt in range(ATTEMPTS):
        answer = session.post(f"{URL}/v1/inference", json={"texts": texts}, timeout=30)
        if answer.status_code not in (429, 503) or attempt == ATTEMPTS - 1:
            break
        time.sleep(float(answer.headers.get("Retry-After", 1)))
    if not answer.ok:
        raise SystemExit(f"{answer.status_code}: {answer.json()['detail']}")
    return answer.json()["results"]


def main(source: str, target: str, column: str = "text") -> None:
    # Ids have up to 19 digits: as numbers they would be rounded.
    tweets = pd.read_csv(source, dtype=str, keep_default_na=False)
    tweets = tweets[tweets[column].str.strip() != ""].reset_index(drop=True)
    results = []
    with requests.Session() as session:
        if "API_KEY" in os.environ:
            session.headers["X-API-Key"] = os.environ["API_KEY"]
        for start in range(0, len(tweets), TEXTS_PER_REQUEST):
            texts = tweets[column][start : start + TEXTS_PER_REQUEST].tolist()
            results += score(session, texts)
    # A text that cannot be scored has a problem in place of label and scores: its cells stay empty.
    tweets["label"] = [result.get("sentimentAnalyst") for result in results]
    for label in ("negative", "neutral", "positive"):
        tweets[f"score_{label}"] = [result.get("scores", {}).get(label) for result in results]
    tweets.to_csv(target, index=False)
    print(tweets["label"].value_counts())
    for row, result in enumerate(results):
        if "problem" in result:
            print(f"not scored: {tweets[column][row]!r}: {result['problem']['detail']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
