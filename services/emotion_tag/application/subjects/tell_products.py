"""Tell others what products are known for, when that is news."""

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.subjects.ports import Transactions
from services.emotion_tag.domain.events import ProductEmotionMoved
from services.emotion_tag.domain.product_emotion import ProductEmotion, is_notable, looked_at
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.subject_profile import profile_of

AT_ONCE = 50
"""Products looked at in one transaction, about 2 ms each."""


async def tell_products(transactions: Transactions, clock: Clock) -> bool:
    """Look at products with news; whether there may be more of them."""
    now = clock.now()
    async with transactions() as tx:
        told = await tx.products.take(now, limit=AT_ONCE)
        if not told:
            return False
        subjects = {one.item_id: Subject(SubjectKind.PRODUCT, one.item_id) for one in told}
        standings = await tx.subjects.standings(subjects.values())
        found: list[tuple[ProductEmotion, bool]] = []
        for one in told:
            subject = subjects[one.item_id]
            standing = standings.get(subject) or Standing.nothing(subject, now)
            product = looked_at(one, profile_of(subject, standing.at(now), now))
            found.append((product, is_notable(one, product)))
        await tx.products.put(found, now)
        await tx.outbox.add(
            [
                ProductEmotionMoved(product=product, occurred_at=now)
                for product, is_news in found
                if is_news
            ]
        )
    return len(told) == AT_ONCE
