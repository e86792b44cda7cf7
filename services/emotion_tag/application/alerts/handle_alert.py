"""Acknowledge and resolve alerts."""

from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.alerts.ports import AlertTransactions
from services.emotion_tag.domain.alert import Alert, Step, told_of


async def acknowledge_alert(
    alert_id: UUID,
    user_id: UUID | None,
    note: str,
    transactions: AlertTransactions,
    clock: Clock,
) -> Alert:
    """Note who looks after it.

    Raises:
        AlertNotFound: there is none.
        WrongAlertState: it is not open.
    """
    now = clock.now()
    async with transactions() as tx:
        subject = (await tx.alerts.get(alert_id, hold=False)).subject
        await tx.watches.hold([subject], now)  # who counts its texts writes the alert too
        alert = await tx.alerts.get(alert_id)
        alert.acknowledge(Step(user_id=user_id, at=now, note=note))
        await tx.alerts.put([alert])
        await tx.outbox.add(told_of([alert]))
        tx.notices.alerts_changed()
    return alert


async def resolve_alert(
    alert_id: UUID,
    user_id: UUID | None,
    note: str,
    transactions: AlertTransactions,
    clock: Clock,
) -> Alert:
    """Note that its cause is dealt with, and count anew.

    Raises:
        AlertNotFound: there is none.
        WrongAlertState: it is resolved.
    """
    now = clock.now()
    async with transactions() as tx:
        subject = (await tx.alerts.get(alert_id, hold=False)).subject
        watch = (await tx.watches.hold([subject], now))[subject]
        alert = await tx.alerts.get(alert_id)
        alert.resolve(Step(user_id=user_id, at=now, note=note))
        quarters = (await tx.watches.quarters([subject], now)).get(subject, {})
        habits = await tx.watches.habits([subject.kind], now, hold=True)
        rolled, habit = watch.rolled(now, quarters, habits[subject.kind], frozenset({alert.family}))
        await tx.watches.put({subject: rolled.forgot(alert.family)})
        await tx.watches.put_habits({subject.kind: habit})
        await tx.alerts.put([alert])
        await tx.outbox.add(told_of([alert]))
        tx.notices.alerts_changed()
    return alert
