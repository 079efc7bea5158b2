"""What every script begins with: its settings, addressing, and a client of the official SDK."""

import json
import socket
import sys

from aliyun.log import LogClient

_resolve = socket.getaddrinfo


def _resolve_localhost(host, *args, **kwargs):
    """PROJECT.localhost is this machine, whatever the resolver says."""
    name = host.decode() if isinstance(host, bytes) else host
    here = name is not None and name.endswith(".localhost")
    return _resolve("127.0.0.1" if here else host, *args, **kwargs)


socket.getaddrinfo = _resolve_localhost


def settings():
    """The script's input, one JSON object on standard input."""
    return json.load(sys.stdin)


def connect(given):
    return LogClient(
        given["endpoint"],
        given["accessKeyId"],
        given["accessKeySecret"],
        source="127.0.0.1",
        auth_version=given["signature"],
        region=given["region"],
    )


def say(message):
    """One line of JSON, in one piece: the SDK's threads print too."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
