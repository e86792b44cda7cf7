"""What several features stand on: the model that answers, texts of community, the transactions."""

from dataclasses import dataclass

import grpc.aio

from services.chassis.db.transaction import Database
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.broker import Broker
from services.chassis.rpc.channels import open_channel
from services.chassis.runtime import CannotStart, Ground
from services.chassis.settings import variable_name
from services.emotion_tag.adapters.by_locale import ByLocale
from services.emotion_tag.adapters.cascade.metrics import texts_read
from services.emotion_tag.adapters.cascade.model import folder_of, open_model
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.adapters.community import CommunityContents
from services.emotion_tag.adapters.locales import BrokenLocaleError, Locales
from services.emotion_tag.adapters.model_shelf import ModelShelf
from services.emotion_tag.adapters.store.postgres import PostgresTransaction
from services.emotion_tag.adapters.switch import SwitchableTagger
from services.emotion_tag.adapters.wide.artefact import BrokenModelError
from services.emotion_tag.application.ports import Transactions
from services.emotion_tag.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Shared:
    settings: Settings
    database: Database
    broker: Broker
    clock: Clock
    shelf: ModelShelf
    switch: SwitchableTagger
    locales: Locales
    tagger: ByLocale
    """The switch, speaking to each locale."""
    community: grpc.aio.Channel
    contents: CommunityContents
    transactions: Transactions
    """Of tags and moods."""


def share(settings: Settings, ground: Ground) -> Shared:
    """Open the model and the way to community.

    Raises:
        CannotStart: the model or a locale is broken; it says which variable named it.
    """
    model = _open(settings)
    shelf = ModelShelf(
        lambda folder: open_model(folder, settings.locale_folder),
        folder_of(settings.model),
        settings.models_folder,
    )
    switch = SwitchableTagger(shelf.folders()[0].version, model)
    community = open_channel(settings.community_address)
    return Shared(
        settings=settings,
        database=ground.database,
        broker=ground.broker,
        clock=ground.clock,
        shelf=shelf,
        switch=switch,
        locales=model.locales,
        tagger=ByLocale(switch, model.locales),
        community=community,
        contents=CommunityContents(community, timeout=settings.content_timeout),
        transactions=ground.database.transactions(PostgresTransaction),
    )


def _open(settings: Settings) -> CascadeTagger:
    try:
        return open_model(folder_of(settings.model), settings.locale_folder, texts_read)
    except (BrokenModelError, BrokenLocaleError) as error:
        is_model = isinstance(error, BrokenModelError)
        variable = variable_name(Settings, "model" if is_model else "locale_folder")
        raise CannotStart(f"{error} ({variable})") from None
