"""Resolve the alerts whose rate is normal again, and forget what is of no more use."""

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.alerts.desk import KEPT, LOOKED_BACK
from services.emotion_tag.application.alerts.ports import AlertTransactions
from services.emotion_tag.domain.alert import Alert, Step, told_of
from services.emotion_tag.domain.alert_sighting import QUIET, is_normal


async def settle_alerts(transactions: AlertTransactions, clock: Clock) -> list[Alert]:
    """Look at every alert once, each in its own transaction; those that are not resolved after."""
    async with transactions() as tx:
        waiting = await tx.alerts.unresolved()
    return [alert for alert in waiting if not await _settle(alert, transactions, clock)]


async def _settle(alert: Alert, transactions: AlertTransactions, clock: Clock) -> bool:
    """Whether it is resolved."""
    now, subject = clock.now(), alert.subject
    if now - alert.opened_at < QUIET:
        return False
    async with transactions() as tx:
        watch = (await tx.watches.hold([subject], now))[subject]
        alert = await tx.alerts.get(alert.id)
        if alert.is_over:
            return True
        habits = await tx.watches.habits([subject.kind], now, hold=False)
        quarters = (await tx.watches.quarters([subject], now - QUIET)).get(subject, {})
        if not is_normal(alert.family, watch.habit, habits[subject.kind], quarters, now):
            return False
        alert.resolve(Step(user_id=None, at=now, note=""))
        await tx.watches.put({subject: watch.forgot(alert.family)})
        await tx.alerts.put([alert])
        await tx.outbox.add(told_of([alert]))
        tx.notices.alerts_changed()
    return True


async def forget_counts(transactions: AlertTransactions, clock: Clock) -> int:
    """Delete counts and mentions that are too old to be used; how many rows."""
    now = clock.now()
    async with transactions() as tx:
        return await tx.watches.prune(now - KEPT) + await tx.mentions.prune(now - LOOKED_BACK)
