"""Pictures and clips, read beside this process."""

from resonance.emotion_tag.v1.picture_service_pb2_grpc import add_PictureServiceServicer_to_server
from services.emotion_tag.adapters.pictures.media import MediaFolder
from services.emotion_tag.adapters.pictures.workers import PictureWorkers
from services.emotion_tag.adapters.store.pictures import PostgresPictureConsents
from services.emotion_tag.application.pictures.uploads import Uploads
from services.emotion_tag.entrypoints.picture_events import picture_reactions
from services.emotion_tag.entrypoints.picture_rpc import PictureRpc
from services.emotion_tag.wiring.part import Part
from services.emotion_tag.wiring.shared import Shared


def pictures(shared: Shared) -> Part:
    settings, database = shared.settings, shared.database
    workers = PictureWorkers(
        workers=settings.picture_workers,
        waiting=settings.picture_waiting,
        picture_timeout=settings.picture_timeout,
        clip_timeout=settings.clip_timeout,
    )
    consents = database.reads(PostgresPictureConsents)
    uploads = Uploads(workers, MediaFolder(settings.media_folder), consents)
    return Part(
        servicer=(add_PictureServiceServicer_to_server, PictureRpc(uploads, shared.tagger)),
        reactions=picture_reactions(database.transactions(PostgresPictureConsents)),
        close=workers.close,
    )
