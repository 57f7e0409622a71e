"""Labels the texts of a CSV file by a running service. Needs pandas and requests.

    python docs/examples/score_csv.py tweets.csv scored.csv

SERVICE_URL says where the service is (default http://127.0.0.1:3000), API_KEY what it asks for. For a
file on the same machine, `npx tss score` needs neither Python nor a service.
"""

import json
import os
import sys
import time
from collections.abc import Iterator

import pandas as pd
import requests

URL = os.environ.get("SERVICE_URL", "http://127.0.0.1:3000").rstrip("/")
# Limits of the service: texts and bytes in a request, characters in a text.
TEXTS_PER_REQUEST = 128
BYTES_PER_REQUEST = 1_000_000
LONGEST_TEXT = 25_000
ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60


def batches(texts: list[str]) -> Iterator[list[str]]:
    """The texts in their order, as many in a request as it may hold."""
    batch, size = [], 0
    for text in texts:
        # The model reads the beginning of a text.
        text = text[:LONGEST_TEXT]
        length = len(json.dumps(text)) + 2
        if batch and (len(batch) == TEXTS_PER_REQUEST or size + length > BYTES_PER_REQUEST):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch


def score(session: requests.Session, texts: list[str]) -> list[dict]:
    """Results of 1 to 128 texts, in their order; tries again when the service is busy for a moment.

    Texts that take longer than a request may are sent in halves.
    """
    for attempt in range(ATTEMPTS):
        answer = session.post(f"{URL}/v1/inference", json={"texts": texts}, timeout=30)
        # A proxy refuses with a page that is not JSON.
        is_divisible = len(texts) > 1 and '"exceedsDeadline":true' in answer.text
        is_last = attempt == ATTEMPTS - 1 and not is_divisible
        if answer.status_code not in (429, 503) or is_last:
            break
        later = answer.headers.get("Retry-After", "")
        # A proxy may write a date.
        wait_seconds = int(later) if later.isdecimal() else 1
        if wait_seconds > LONGEST_WAIT_SECONDS:
            break
        time.sleep(wait_seconds)
        if is_divisible:
            middle = len(texts) // 2
            return score(session, texts[:middle]) + score(session, texts[middle:])
    if not answer.ok:
        later = answer.headers.get("Retry-After", "")
        advice = f" Ask again in {later} s." if later.isdecimal() else ""
        try:
            reason = answer.json()["detail"]
        except (ValueError, KeyError, TypeError):  # of a proxy
            reason = f"{answer.reason}."
        raise SystemExit(f"{answer.status_code}: {reason}{advice}")
    return answer.json()["results"]


def main(source: str, target: str, column: str = "text") -> None:
    # Ids have up to 19 digits: as numbers they would be rounded.
    tweets = pd.read_csv(source, dtype=str, keep_default_na=False)
    texts = tweets[column].tolist()
    # The service refuses a blank text; it counts the byte order mark as blank, too.
    rows = [row for row, text in enumerate(texts) if text.replace("\ufeff", "").strip()]
    scored: list[dict] = []
    with requests.Session() as session:
        if "API_KEY" in os.environ:
            session.headers["X-API-Key"] = os.environ["API_KEY"]
        for batch in batches([texts[row] for row in rows]):
            scored += score(session, batch)
    # The cells of a blank text stay empty, and those of a text that has a problem in place of label and scores.
    results: list[dict] = [{} for _ in texts]
    for row, result in zip(rows, scored):
        results[row] = result
    tweets["label"] = [result.get("sentimentAnalyst") for result in results]
    for label in ("negative", "neutral", "positive"):
        tweets[f"score_{label}"] = [result.get("scores", {}).get(label) for result in results]
    # With the line ends of RFC 4180 a carriage return in a text is quoted, too.
    tweets.to_csv(target, index=False, lineterminator="\r\n")
    print(tweets["label"].value_counts())
    if len(rows) < len(texts):
        print(f"not scored: {len(texts) - len(rows)} without a text")
    for text, result in zip(texts, results):
        if "problem" in result:
            print(f"not scored: {text!r}: {result['problem']['detail']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
