"""Posts bodies with one of Python's HTTP clients; prints the status of each attempt, or the error.

usage: client.py LIBRARY URL ATTEMPTS BYTES...
"""

import asyncio
import http.client
import socket
import sys
import urllib.error
import urllib.parse
import urllib.request

library, url, attempts, *sizes = sys.argv[1:]
HEADERS = {"content-type": "application/json"}


def with_urllib(body):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, body, HEADERS)).status
    except urllib.error.HTTPError as error:
        return error.code


def with_small_buffer(body):
    """http.client with a send buffer of 64 KiB: most of the body is unsent when the answer comes."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port)
    connection.connect()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    connection.request("POST", address.path, body, HEADERS)
    return connection.getresponse().status


def with_requests(body):
    import requests

    return requests.post(url, data=body, headers=HEADERS).status_code


def with_httpx(body):
    import httpx

    return httpx.post(url, content=body, headers=HEADERS, timeout=60).status_code


def with_aiohttp(body):
    import aiohttp

    async def post():
        async with aiohttp.ClientSession() as session:
            async with session.post(url, data=body, headers=HEADERS) as answer:
                return answer.status

    return asyncio.run(post())


post = globals()[f"with_{library}"]
for size in sizes:
    body = b"x" * int(size)
    for _ in range(int(attempts)):
        try:
            print(post(body))
        except Exception as error:  # Every failure of a client is a result.
            print(repr(error))
