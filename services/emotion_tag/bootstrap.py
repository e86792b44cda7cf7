"""Puts the emotion_tag service together: the only module that knows every concrete type."""

from resonance.emotion_tag.v1.emotion_tag_service_pb2_grpc import (
    add_EmotionTagServiceServicer_to_server,
)
from resonance.emotion_tag.v1.mood_service_pb2_grpc import add_MoodServiceServicer_to_server
from resonance.emotion_tag.v1.picture_service_pb2_grpc import add_PictureServiceServicer_to_server
from services.chassis.rpc.channels import open_channel
from services.chassis.runtime import CannotStart, Ground, Service
from services.chassis.settings import variable_name
from services.emotion_tag.adapters.community import CommunityContents
from services.emotion_tag.adapters.distress.lexicon import JsonLexicon
from services.emotion_tag.adapters.event_stream import BrokerStream
from services.emotion_tag.adapters.pictures.media import MediaFolder
from services.emotion_tag.adapters.pictures.workers import PictureWorkers
from services.emotion_tag.adapters.store.history import PostgresHistory
from services.emotion_tag.adapters.store.pictures import PostgresPictureConsents
from services.emotion_tag.adapters.store.postgres import PostgresReader, PostgresTransaction
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.adapters.wide.artefact import BrokenModelError, load
from services.emotion_tag.adapters.wide.linear_tagger import SHIPPED, LinearTagger
from services.emotion_tag.application.pictures.uploads import Uploads
from services.emotion_tag.entrypoints.events import reactions
from services.emotion_tag.entrypoints.mood_rpc import MoodRpc
from services.emotion_tag.entrypoints.mood_schedule import MoodHousekeeping
from services.emotion_tag.entrypoints.picture_events import picture_reactions
from services.emotion_tag.entrypoints.picture_rpc import PictureRpc
from services.emotion_tag.entrypoints.rpc import EmotionTagRpc
from services.emotion_tag.settings import Settings


def build(settings: Settings, ground: Ground) -> Service:
    """Wire the use cases to the model, PostgreSQL, gRPC and the events of the neighbours."""
    try:
        tagger = LinearTagger(load(settings.model_folder or SHIPPED))
    except BrokenModelError as error:
        variable = variable_name(Settings, "model_folder")
        raise CannotStart(f"{error} ({variable})") from None
    transactions = ground.database.transactions(PostgresTransaction)
    reads = ground.database.reads(PostgresReader)
    half_life = settings.mood_half_life
    community = open_channel(settings.community_address)
    contents = CommunityContents(community, timeout=settings.content_timeout)
    servicer = EmotionTagRpc(tagger, reads, ground.clock, half_life=half_life)
    moods = MoodRpc(
        transactions,
        ground.database.reads(PostgresHistory),
        ground.database.reads(PostgresTransaction),
        ground.clock,
        half_life=half_life,
    )
    lexicon = JsonLexicon()
    pictures = PictureWorkers(
        workers=settings.picture_workers,
        waiting=settings.picture_waiting,
        picture_timeout=settings.picture_timeout,
        clip_timeout=settings.clip_timeout,
    )
    consents = ground.database.reads(PostgresPictureConsents)
    uploads = Uploads(pictures, MediaFolder(settings.media_folder), consents)

    async def close() -> None:
        await pictures.close()
        await community.close()

    return Service(
        name="emotion_tag",
        tables=platform,
        servicers=(
            (add_EmotionTagServiceServicer_to_server, servicer),
            (add_MoodServiceServicer_to_server, moods),
            (add_PictureServiceServicer_to_server, PictureRpc(uploads, tagger)),
        ),
        reactions=(
            *reactions(transactions, contents, tagger, lexicon, ground.clock, half_life=half_life),
            *picture_reactions(ground.database.transactions(PostgresPictureConsents)),
        ),
        loops=(MoodHousekeeping(transactions, BrokerStream(ground.broker), ground.clock),),
        close=close,
    )
