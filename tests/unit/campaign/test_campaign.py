from collections.abc import Callable
from datetime import timedelta

import pytest

from services.campaign.domain.campaign import Campaign, CampaignState
from services.campaign.domain.errors import CampaignNotRunning, WrongState
from services.campaign.domain.events import CampaignStateChanged
from services.chassis.kernel.errors import InvalidField
from tests.support.campaigns import NOW, a_campaign


def test_a_started_campaign_runs_within_its_time_only() -> None:
    campaign = a_campaign()

    campaign.start(NOW)

    assert campaign.is_running(NOW)
    assert not campaign.is_running(campaign.starts_at - timedelta(seconds=1))
    assert not campaign.is_running(campaign.ends_at)


def test_each_change_of_state_is_told_with_its_version() -> None:
    campaign = a_campaign()

    campaign.start(NOW)
    campaign.pause()
    campaign.start(NOW)
    campaign.end()

    told = [event for event in campaign.events if isinstance(event, CampaignStateChanged)]
    assert [event.state for event in told] == ["running", "paused", "running", "ended"]
    assert [event.version for event in told] == [1, 2, 3, 4]


def test_an_ended_campaign_stays_ended() -> None:
    campaign = a_campaign()
    campaign.end()

    with pytest.raises(WrongState) as refusal:
        campaign.start(NOW)

    assert refusal.value.metadata == {"state": "ended"}
    assert campaign.state is CampaignState.ENDED


def test_a_draft_cannot_be_paused() -> None:
    with pytest.raises(WrongState):
        a_campaign().pause()


def test_a_campaign_whose_time_is_over_cannot_be_started() -> None:
    with pytest.raises(WrongState):
        a_campaign(ends_at=NOW).start(NOW)


def test_a_draft_gives_no_offers() -> None:
    with pytest.raises(CampaignNotRunning):
        a_campaign().must_run(NOW)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (lambda: a_campaign(ends_at=NOW - timedelta(days=2)), "campaign.end_time"),
        (lambda: a_campaign(ends_at=NOW + timedelta(days=400)), "campaign.end_time"),
        (lambda: a_campaign(off_minor=600, budget_minor=599), "campaign.budget"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_names_the_field(
    plan: Callable[[], Campaign], field: str
) -> None:
    with pytest.raises(InvalidField) as refusal:
        plan()

    assert refusal.value.field == field
