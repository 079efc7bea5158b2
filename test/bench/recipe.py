"""Carries logs to Splunk the way Alibaba's article shows: the SDK's consumer library, and a session of requests.

`each` sends every event by itself, as the article does; `batch` sends what one pull brought in one request.
"""

import json
import os
import socket
import sys

import requests
from aliyun.log.consumer import ConsumerProcessorBase, ConsumerWorker, CursorPosition, LogHubConfig
from aliyun.log.pulllog_response import PullLogResponse

_resolve = socket.getaddrinfo


def _resolve_localhost(host, *args, **kwargs):
    """PROJECT.localhost is this machine, whatever the resolver says."""
    name = host.decode() if isinstance(host, bytes) else host
    here = name is not None and name.endswith(".localhost")
    return _resolve("127.0.0.1" if here else host, *args, **kwargs)


socket.getaddrinfo = _resolve_localhost


class Carrier(ConsumerProcessorBase):
    def __init__(self, url, token, batched):
        super().__init__()
        self.url = url
        self.batched = batched
        self.session = requests.session()
        self.session.headers["Authorization"] = "Splunk " + token

    def process(self, log_groups, check_point_tracker):
        logs = PullLogResponse.loggroups_to_flattern_list(log_groups, time_as_str=True, decode_bytes=True)
        events = [event_of(log) for log in logs]
        for body in ["\n".join(events)] if self.batched else events:
            self.session.post(self.url, data=body.encode(), timeout=120).raise_for_status()
        self.save_checkpoint(check_point_tracker)


def event_of(log):
    time = log.pop("__time__")
    return json.dumps({"time": time, "event": log}, sort_keys=True)


def main():
    given = os.environ
    config = LogHubConfig(
        given["SLS_ENDPOINT"],
        given["SLS_AK_ID"],
        given["SLS_AK_KEY"],
        given["SLS_PROJECT"],
        given["SLS_LOGSTORE"],
        given["SLS_CG"],
        "recipe",
        cursor_position=CursorPosition.BEGIN_CURSOR,
        heartbeat_interval=20,
        data_fetch_interval=1,
    )
    url = given["SPLUNK_HEC_URL"] + "/services/collector/event"
    worker = ConsumerWorker(Carrier, config, args=(url, given["SPLUNK_HEC_TOKEN"], sys.argv[1] == "batch"))
    worker.start(join=True)


main()
