"""Log lines: one JSON object each, with the same keys from our code and from libraries."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from services.chassis.observability import logs
from services.chassis.observability.tracing import Span


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("echo", "info", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_where_and_in_which_call(stream: io.StringIO) -> None:
    log = logs.get_logger("services.echo.here")
    with Span("work", request_id="r-1") as span:
        log.info("model loaded", version=3, name="表情")

    [line] = lines(stream)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "service": "echo",
        "module": "services.echo.here",
        "event": "model loaded",
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "request_id": "r-1",
        "version": 3,
        "name": "表情",
    }


def test_libraries_speak_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("alembic").warning("slow %s", "statement")
    logging.getLogger("alembic").info("chatter")

    [line] = lines(stream)
    assert (line["module"], line["event"], line["level"]) == (
        "alembic",
        "slow statement",
        "warning",
    )
    assert (line["service"], "time" in line) == ("echo", True)


def test_what_is_below_the_level_is_not_written(stream: io.StringIO) -> None:
    logs.get_logger("here").debug("detail")

    assert lines(stream) == []


def test_an_exception_stays_on_its_line(stream: io.StringIO) -> None:
    log = logs.get_logger("here")
    log.error("failed", exc_info=RuntimeError("broken\nin two"))

    [line] = lines(stream)
    assert "RuntimeError: broken" in line["exception"]


def test_a_logger_made_before_the_settings_are_read_follows_them(stream: io.StringIO) -> None:
    early = logs.get_logger("early")
    later = io.StringIO()
    logs.configure("echo", "debug", later)

    early.debug("detail")

    assert lines(stream) == []
    assert [line["event"] for line in lines(later)] == ["detail"]
