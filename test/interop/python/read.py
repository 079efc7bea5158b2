"""Reads every log group of a logstore by itself and prints how the SDK flattens it, shard by shard in order."""

import base64

from aliyun.log.pulllog_response import PullLogResponse
from session import connect, say, settings


def main():
    given = settings()
    client = connect(given)
    place = (given["project"], given["logstore"])
    for shard in sorted(client.list_shards(*place).get_shards_info(), key=lambda each: each["shardID"]):
        for group in read_shard(client, place, shard["shardID"], given["compression"]):
            say({"shard": shard["shardID"], **describe(group)})


def read_shard(client, place, shard, compression):
    cursor = client.get_begin_cursor(*place, shard).get_cursor()
    end = client.get_end_cursor(*place, shard).get_cursor()
    while cursor != end:
        page = client.pull_logs(
            *place,
            shard,
            cursor,
            count=1,
            compress=compression != "none",
            accept_compress_type=compression,
        )
        yield page.get_loggroup_list()
        cursor = page.get_next_cursor()


def describe(groups):
    """Both ways of flattening, and what the protobuf itself says where flattening loses it."""
    group = groups.LogGroups[0]
    return {
        "plain": flatten(groups, decode_bytes=False),
        "decoded": flatten(groups, decode_bytes=True),
        "source": marked(group.Source),
        "tagNames": [["__tag__:{0}".format(tag.Key), marked(tag.Key)] for tag in group.LogTags],
        "times": [[log.Time, log.Time_ns] for log in group.Logs],
        "names": [[marked(content.Key) for content in log.Contents] for log in group.Logs],
    }


def flatten(groups, decode_bytes):
    logs = PullLogResponse.loggroups_to_flattern_list(groups, decode_bytes=decode_bytes)
    return [[[marked(key), marked(value)] for key, value in log.items()] for log in logs]


def marked(value):
    """JSON knows neither bytes nor tuples."""
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, tuple):
        return {"tuple": [marked(item) for item in value]}
    return value


main()
