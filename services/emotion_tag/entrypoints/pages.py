"""The pages of this service's lists."""

from services.chassis.rpc.page_tokens import PageTokens
from services.emotion_tag.domain.errors import BadPageToken

PAGES = PageTokens(BadPageToken)
