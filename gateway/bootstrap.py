"""The composition root: the only module that knows every concrete type."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.app import Gateway, Page
from gateway.auth.sessions import CREATE_SESSION, Sessions
from gateway.auth.tokens import Tokens
from gateway.calls import Backend, RemoteService
from gateway.console.page import docs_pages
from gateway.cors import Cors
from gateway.deadlines import Timeouts
from gateway.health import Health
from gateway.limits.buckets import Buckets
from gateway.limits.crowd import Crowd
from gateway.local_service import LocalService
from gateway.openapi.document import make_document
from gateway.settings import Settings
from gateway.transcoder import Endpoint, Limits, Transcoder
from gateway.transcoding.responses import encoder
from gateway.transcoding.router import Router, RouteTaken
from gateway.transcoding.routes import BadContract, Route, compile_routes
from gateway.transcoding.schema import Schema
from gateway.transcoding.sizes import room_for_bytes
from gateway.transcoding.template import parse
from gateway.validation import Rules

SESSIONS = "resonance.gateway.v1"


@dataclass(frozen=True, slots=True)
class Built:
    """The application, and what must be closed after it."""

    app: Gateway
    health: Health
    services: tuple[RemoteService, ...]

    async def close(self) -> None:
        for service in self.services:
            await service.close()


def build(settings: Settings) -> Built:
    """Put the gateway together; needs a running event loop, which the channels belong to.

    Raises:
        BadContract: the contracts ask for what cannot be carried out.
    """
    schema = Schema.load(settings.descriptors)
    services = {
        f"resonance.{name}.v1": RemoteService(address, settings.channels)
        for name, address in {
            "profile": settings.profile_address,
            "emotion_tag": settings.emotion_tag_address,
            "recommendation": settings.recommendation_address,
            "community": settings.community_address,
            "campaign": settings.campaign_address,
        }.items()
    }
    tokens = _tokens(settings)
    backends: dict[str, Backend] = {**services, SESSIONS: _sessions(settings, schema, tokens)}
    health = Health({name.split(".")[1]: service for name, service in services.items()})
    return Built(
        app=assemble(settings, schema, tokens, backends, health),
        health=health,
        services=tuple(services.values()),
    )


def assemble(
    settings: Settings,
    schema: Schema,
    tokens: Tokens,
    backends: Mapping[str, Backend],
    health: Health,
) -> Gateway:
    """Put the application together over whatever answers each proto package.

    Raises:
        BadContract: a rule cannot be carried out, or nothing answers its package.
    """
    routes = compile_routes(schema)
    rules = Rules(schema.registry)
    for route in routes:
        rules.prepare(route.request)
    pages: dict[str, Page] = {
        "/livez": health.live,
        "/readyz": health.ready,
        **docs_pages(make_document(schema, routes)),
    }
    transcoder = Transcoder(
        _endpoints(schema, routes, backends, settings.largest_body),
        tokens,
        rules,
        Timeouts(settings.default_timeout, settings.longest_timeout),
        Limits(
            subjects=Buckets(settings.subject_rate, settings.subject_burst),
            addresses=Buckets(settings.address_rate, settings.address_burst),
            crowd=Crowd(settings.most_calls),
        ),
    )
    return Gateway(transcoder, pages, Cors(settings.cors_origins), settings.trusted_proxies)


def _endpoints(
    schema: Schema, routes: list[Route], backends: Mapping[str, Backend], largest_body: int
) -> Router[Endpoint]:
    router: Router[Endpoint] = Router()
    for route in routes:
        backend = backends.get(route.package)
        if backend is None:
            raise BadContract(f"{route.rpc}: no service answers {route.package}")
        encode = encoder(route.response, route.response_field, schema.registry)
        largest = largest_body + room_for_bytes(schema, route.request)
        try:
            router.add(route.verb, parse(route.path), Endpoint(route, backend, encode, largest))
        except RouteTaken as error:
            raise BadContract(f"{route.rpc}: {error}") from error
    return router


def _tokens(settings: Settings) -> Tokens:
    keys = (settings.token_key, settings.former_token_key)
    return Tokens(
        [text for key in keys if (text := key.get_secret_value())],
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        leeway=settings.token_leeway,
    )


def _sessions(settings: Settings, schema: Schema, tokens: Tokens) -> LocalService:
    sessions = Sessions(
        tokens,
        lambda: datetime.now(UTC),
        lifetime=settings.session_lifetime,
        is_on=settings.development_login,
    )
    methods = {f"/{method.parent.type_name}/{method.name}": method for method in schema.methods()}
    return LocalService({CREATE_SESSION: (methods[CREATE_SESSION], sessions.create_session)})
