"""Drop the notes of answers that are not kept any more."""

from datetime import datetime, timedelta

from services.community.application.ports import Transactions

# Notes outlive their answers by this, so that no answer is ever left without its note.
MARGIN = timedelta(days=1)


async def forget_answers(now: datetime, kept: timedelta, transactions: Transactions) -> None:
    """Drop the notes made longer ago than answers are `kept`."""
    async with transactions() as tx:
        await tx.kept_answers.forget(now - kept - MARGIN)
