"""Logs: one JSON object a line, on standard error.

Every line has `time` (RFC 3339, UTC), `level`, `service`, `module`, `event`, and inside a call or a
reaction `trace_id`, `span_id`, `request_id`. Lines of libraries (standard `logging`) look the same.

No personal data: log ids, counts and reasons, never message text, names, platform identities,
tokens or request bodies. The event is a constant sentence; what varies is a field::

    log = get_logger(__name__)
    log.info("model loaded", version=version, items=len(items))
"""

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from services.chassis.observability.tracing import current_span


def get_logger(name: str) -> FilteringBoundLogger:
    """Return a logger; `name` is the module's `__name__`. Costs nothing until it is used."""
    logger: FilteringBoundLogger = structlog.get_logger(module=name)
    return logger


def configure(service: str, level: str = "info", stream: TextIO = sys.stderr) -> None:
    """Make every log line of this process JSON; `level` as in the settings."""
    threshold = logging.getLevelNamesMapping()[level.upper()]

    def add_service(_logger: object, _method: str, fields: EventDict) -> EventDict:
        fields["service"] = service
        return fields

    shared: list[Any] = [
        add_service,
        _add_span,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.ExceptionRenderer(),
    ]
    render = structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries tell what they do at INFO; that is our DEBUG.
    root.setLevel(threshold if threshold <= logging.DEBUG else max(threshold, logging.WARNING))


def _add_span(_logger: object, _method: str, fields: EventDict) -> EventDict:
    span = current_span()
    if span is not None:
        fields["trace_id"] = span.trace_id
        fields["span_id"] = span.span_id
        fields["request_id"] = span.request_id
    return fields


def _add_logger_name(logger: logging.Logger | None, _method: str, fields: EventDict) -> EventDict:
    record = fields.get("_record")
    name = record.name if isinstance(record, logging.LogRecord) else getattr(logger, "name", "")
    fields["module"] = name
    return fields
