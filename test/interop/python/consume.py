"""A consumer of the SDK's own consumer library: prints the ids of the logs it gets, until SIGTERM."""

import logging
import signal

from aliyun.log.consumer import ConsumerProcessorBase, ConsumerWorker, CursorPosition, LogHubConfig
from aliyun.log.pulllog_response import PullLogResponse
from session import say, settings


class Printer(ConsumerProcessorBase):
    def initialize(self, shard):
        super().initialize(shard)
        say({"type": "begins", "shard": shard})

    def process(self, log_groups, check_point_tracker):
        logs = PullLogResponse.loggroups_to_flattern_list(log_groups, decode_bytes=True)
        say({"type": "logs", "shard": self.shard_id, "ids": [log["log_id"] for log in logs]})
        self.save_checkpoint(check_point_tracker, force=True)

    def shutdown(self, check_point_tracker):
        super().shutdown(check_point_tracker)
        say({"type": "ends", "shard": self.shard_id})


def main():
    logging.basicConfig(level=logging.WARNING)
    given = settings()
    worker = ConsumerWorker(Printer, config_of(given))
    signal.signal(signal.SIGTERM, lambda *_: worker.shutdown())
    worker.start()
    while worker.is_alive():
        worker.join(0.1)


def config_of(given):
    config = LogHubConfig(
        given["endpoint"],
        given["accessKeyId"],
        given["accessKeySecret"],
        given["project"],
        given["logstore"],
        given["consumerGroup"],
        given["consumer"],
        cursor_position=CursorPosition.BEGIN_CURSOR,
        heartbeat_interval=1,
        data_fetch_interval=0.1,
        auth_version=given["signature"],
        region=given["region"],
        accept_compress_type=given["compression"],
    )
    # By itself two heartbeats, which a busy machine may lose.
    config.consumer_group_time_out = 5
    return config


main()
