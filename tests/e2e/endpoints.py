"""Every HTTP method and path of the contracts, read from what protoc made of them.

The gateway reads the same contracts with another library: what both say is compared by the tests.
"""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from buf.validate import validate_pb2
from infra.local.layout import ROOT
from resonance.access.v1 import access_pb2

GENERATED = ROOT / "protos" / "gen"
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Endpoint:
    """One HTTP method and path of an RPC."""

    method: MethodDescriptor
    verb: str
    template: str
    """With variables by their declared names: `/v1/users/{user_id}`."""
    takes_body: bool

    @property
    def name(self) -> str:
        return f"{self.verb} {self.template}"

    @property
    def rpc(self) -> str:
        """Such as `GetUser`."""
        return str(self.method.name)

    @property
    def request(self) -> Descriptor:
        return self.method.input_type

    @property
    def access(self) -> access_pb2.Access:
        return self.method.GetOptions().Extensions[access_pb2.access]

    @property
    def is_write(self) -> bool:
        """Whether the call may change something: it remembers its `request_id`."""
        return "request_id" in self.request.fields_by_name

    @property
    def is_stream(self) -> bool:
        """Whether the answer is a line for each message, and may go on for ever."""
        return bool(self.method.server_streaming)

    @property
    def answers_bytes(self) -> bool:
        """Whether the answer is a page or a file of any kind instead of JSON."""
        fields = self.method.output_type.fields
        types = {field.message_type.full_name for field in fields if field.message_type}
        return "google.api.HttpBody" in types

    @property
    def variables(self) -> list[FieldDescriptor]:
        """Fields that the path carries."""
        names = _VARIABLE.findall(self.template)
        return [self.request.fields_by_name[name] for name in names]

    @property
    def parameters(self) -> list[FieldDescriptor]:
        """Fields that the query carries."""
        bound = self.variables
        return [] if self.takes_body else [f for f in self.request.fields if f not in bound]

    @property
    def openapi_path(self) -> str:
        """With variables by their JSON names."""
        path = self.template
        for field in self.variables:
            path = path.replace(f"{{{field.name}}}", f"{{{field.json_name}}}")
        return path

    def path(self, values: dict[str, Any]) -> str:
        """The path with its variables filled from values by JSON name."""
        path = self.template
        for field in self.variables:
            path = path.replace(f"{{{field.name}}}", str(values[field.json_name]))
        return path


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """The rules of a field, all unset if it has none."""
    return field.GetOptions().Extensions[validate_pb2.field]


def methods() -> Iterator[MethodDescriptor]:
    """Every method of every service of the product."""
    for file in sorted((GENERATED / "resonance").rglob("*_service_pb2.py")):
        name = ".".join(file.relative_to(GENERATED).with_suffix("").parts)
        for service in importlib.import_module(name).DESCRIPTOR.services_by_name.values():
            yield from service.methods


def endpoints() -> Iterator[Endpoint]:
    """Every method and path, `additional_bindings` too."""
    for method in methods():
        options = method.GetOptions()
        if not options.HasExtension(annotations_pb2.http):
            continue
        rule = options.Extensions[annotations_pb2.http]
        for one in (rule, *rule.additional_bindings):
            verb = one.WhichOneof("pattern")
            assert verb != "custom", "write these tests for custom methods too"
            assert one.body in ("", "*"), "write these tests for bodies that are one field too"
            yield Endpoint(method, verb.upper(), getattr(one, verb), takes_body=bool(one.body))


ENDPOINTS = list(endpoints())
