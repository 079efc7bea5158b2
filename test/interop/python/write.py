"""Writes log groups with the SDK's put_logs."""

import base64

from aliyun.log import LogItem, PutLogsRequest
from session import connect, say, settings


def main():
    given = settings()
    client = connect(given)
    for group in given["groups"]:
        client.put_logs(request_of(given, group))
    say({"written": len(given["groups"])})


def request_of(given, group):
    return PutLogsRequest(
        project=given["project"],
        logstore=given["logstore"],
        topic=group["topic"],
        source=group["source"],
        logitems=[item_of(log) for log in group["logs"]],
        hashKey=group.get("hashKey"),
        compress=given["compression"] != "none",
        compress_type=given["compression"],
        logtags=[tuple(tag) for tag in group["tags"]],
    )


def item_of(log):
    item = LogItem(timestamp=log["timeSeconds"], contents=[(key, unmarked(value)) for key, value in log["contents"]])
    if "timeNs" in log:
        item.set_time_nano_part(log["timeNs"])
    return item


def unmarked(value):
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value


main()
