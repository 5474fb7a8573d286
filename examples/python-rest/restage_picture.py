"""Restages an image over REST, with only Python's standard library.

Usage: python3 restage_picture.py <picture> <prompt> [<output>]
"""

import http.client
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

BASE_URL = os.environ.get("RESTAGE_BASE_URL", "http://127.0.0.1:8787").rstrip("/")
API_KEY = os.environ.get("RESTAGE_API_KEY", "")
MAX_ATTEMPTS = 4


class RestageError(Exception):
    """An error response: {"error": {"message": …, "code": …}}."""

    def __init__(self, response: urllib.error.HTTPError):
        text = response.read().decode("utf-8", "replace")
        try:
            error = json.loads(text)["error"]
            self.code, message = error["code"], error["message"]
        except (ValueError, KeyError, TypeError):
            # The response came from a proxy, not from Restage.
            self.code, message = "UNKNOWN", f"HTTP {response.code}: {text[:200]}"
        super().__init__(message)
        self.status = response.code
        self.request_id = response.headers.get("x-request-id")
        self.retry_after = response.headers.get("retry-after")


def send(request: urllib.request.Request, timeout: float = 90):
    try:
        return urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as response:
        raise RestageError(response) from None


def call(method: str, path: str, body: dict | None = None, headers: dict | None = None) -> dict:
    """Calls the API. Retries network errors, rate limits and server errors."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"x-api-key": API_KEY, "content-type": "application/json", **(headers or {})}
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            request = urllib.request.Request(BASE_URL + path, data, headers, method=method)
            with send(request) as response:
                return json.load(response)
        except RestageError as error:
            if attempt == MAX_ATTEMPTS or (error.status != 429 and error.status < 500):
                raise
            time.sleep(float(error.retry_after or 2 ** (attempt - 1)))
        except (OSError, http.client.HTTPException):
            # No response, or an incomplete one.
            if attempt == MAX_ATTEMPTS:
                raise
            time.sleep(2 ** (attempt - 1))
    raise AssertionError("unreachable")


def upload(path: Path) -> str:
    """Uploads a file. Returns the URI by which jobs refer to it."""
    created = call("POST", "/v1/uploads", {"filename": path.name})
    with path.open("rb") as file:
        # The signed URL needs no API key. With a content-length, urllib streams the file instead of reading it into memory.
        headers = {"content-length": str(path.stat().st_size), "content-type": "application/octet-stream"}
        send(urllib.request.Request(created["upload_url"], file, headers, method="PUT")).close()
    return created["beeble_uri"]


def start(source_uri: str, prompt: str, idempotency_key: str) -> dict:
    """Starts a job. Repeating it with the same key never starts or charges a second job."""
    body = {"generation_type": "image", "alpha_mode": "auto", "source_uri": source_uri, "prompt": prompt}
    return call("POST", "/v1/switchx/generations", body, {"idempotency-key": idempotency_key})


def wait(job: dict) -> dict:
    """Waits until the job has ended. Each request returns then, or after 60 seconds."""
    while job["status"] in ("in_queue", "processing"):
        job = call("GET", f"/v1/switchx/generations/{job['id']}", headers={"prefer": "wait=60"})
    return job


def download(url: str, path: Path) -> None:
    with send(urllib.request.Request(url)) as response, path.open("wb") as file:
        shutil.copyfileobj(response, file)


def main(picture: str, prompt: str, output: str = "restaged.png") -> None:
    source_uri = upload(Path(picture))
    key = str(uuid.uuid4())
    job = start(source_uri, prompt, key)
    repeated = start(source_uri, prompt, key)
    print(f"Started {job['id']}; the repeated request gave {repeated['id']} and cost nothing.")
    job = wait(job)
    if job["status"] != "completed":
        sys.exit(f"Job {job['id']} {job['status']}: {job['error']}")
    download(job["output"]["render"], Path(output))
    print(f"Saved {output} (job {job['id']}, seed {job['seed']}).")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except RestageError as error:
        sys.exit(f"{error} ({error.code}, request {error.request_id}; see {BASE_URL}/errors#{error.code})")
    except (OSError, http.client.HTTPException) as error:
        sys.exit(str(error))
