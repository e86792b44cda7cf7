"""What people may have said of what they bought: words of the comment bank, marked as simulated."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from infra.demo.importers.comment_bank import RATINGS, CommentBank, Line, read_bank
from infra.demo.importers.community import Behavior, Comment, Item, Post, User

# How people who say something felt, out of a hundred: whoever bought a thing again mostly likes it.
_CONTENT = {
    "like": 34,
    "joy": 22,
    "gratitude": 12,
    "anticipation": 12,
    "surprise": 8,
    "neutral": 8,
    "boredom": 2,
    "disappointment": 2,
}
_MIXED = {
    "disappointment": 18,
    "anger": 12,
    "neutral": 14,
    "boredom": 10,
    "disgust": 8,
    "fear": 8,
    "sadness": 8,
    "surprise": 6,
    "like": 8,
    "joy": 4,
    "anticipation": 4,
}


def simulated_words(
    behaviors: Sequence[Behavior],
    users: dict[str, User],
    items: dict[str, Item],
    *,
    reviews_per_household: int,
    comments_per_review: float,
    chance: random.Random,
) -> tuple[list[Post], list[Comment]]:
    """Reviews of things that were bought, and comments of others who bought them too."""
    talk = _Talk(behaviors, users, items, chance)
    posts = [talk.review(one) for one in _worth_a_word(behaviors, reviews_per_household, chance)]
    posts.sort(key=lambda post: (post.at, post.key))
    comments = [comment for post in posts for comment in talk.answers(post, comments_per_review)]
    return posts, sorted(comments, key=lambda comment: (comment.at, comment.key))


def _worth_a_word(
    behaviors: Sequence[Behavior], of_each_person: int, chance: random.Random
) -> Iterator[Behavior]:
    """Some purchases of each household, each of another thing."""
    of_each: dict[str, dict[str, Behavior]] = {}
    for one in behaviors:
        of_each.setdefault(one.user_key, {})[one.item_id] = one
    for user_key in sorted(of_each):
        last = list(of_each[user_key].values())
        yield from chance.sample(last, min(of_each_person, len(last)))


class _Talk:
    """Lets people say something about what they bought, in the words of the bank."""

    def __init__(
        self,
        behaviors: Sequence[Behavior],
        users: dict[str, User],
        items: dict[str, Item],
        chance: random.Random,
    ) -> None:
        self._users, self._items, self._chance = users, items, chance
        self._bank = CommentBank(read_bank())
        self._times = Counter((one.user_key, one.item_id) for one in behaviors)
        self._buyers: dict[str, list[str]] = {}
        for user_key, item_id in self._times:
            self._buyers.setdefault(item_id, []).append(user_key)
        self._end = max(one.at for one in behaviors)

    def review(self, bought: Behavior) -> Post:
        line = self._line("review", bought.user_key, bought.item_id)
        return Post(
            key=f"review-{bought.event_id}",
            author_key=bought.user_key,
            kind="REVIEW",
            title="",
            body=line.text,
            item_ids=(bought.item_id,),
            rating=RATINGS[line.emotion],
            at=self._later(bought.at, within=timedelta(days=5)),
            is_simulated=True,
            emotion=line.emotion.upper(),
        )

    def answers(self, post: Post, on_average: float) -> Iterator[Comment]:
        item_id = post.item_ids[0]
        others = [key for key in self._buyers[item_id] if key != post.author_key]
        wanted = int(on_average) + (self._chance.random() < on_average % 1)
        chosen = self._chance.sample(others, min(wanted, len(others)))
        for number, user_key in enumerate(chosen):
            line = self._line("comment", user_key, item_id)
            yield Comment(
                key=f"{post.key}-{number}",
                post_key=post.key,
                author_key=user_key,
                body=line.text,
                at=self._later(post.at, within=timedelta(days=2)),
                is_simulated=True,
                emotion=line.emotion.upper(),
            )

    def _line(self, form: str, user_key: str, item_id: str) -> Line:
        came_back = self._times[user_key, item_id] > 1
        weights = _CONTENT if came_back else _MIXED
        emotion = self._chance.choices(list(weights), list(weights.values()))[0]
        return self._bank.pick(
            self._chance,
            form=form,
            language=self._users[user_key].language,
            emotion=emotion,
            product=self._items[item_id].tags[-1],
        )

    def _later(self, at: datetime, *, within: timedelta) -> datetime:
        """Some time after, but never behind the end of the data."""
        return at + min(within, self._end - at) * self._chance.random()
