"""Importers over small files written by hand: good ones, bad rows, and files that lie."""

import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.demo.importers.choosing import read_community
from infra.demo.importers.comment_bank import EMOTIONS, FORMS, LANGUAGES, PRODUCTS, read_bank
from infra.demo.importers.community import Community, Money
from infra.demo.importers.own_data import BEHAVIORS
from infra.demo.importers.report import DataError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JUNE = int(datetime(2013, 6, 1, tzinfo=UTC).timestamp())


def read(folder: Path, *, is_moved: bool = False) -> Community:
    return read_community(folder, now=NOW, is_moved=is_moved)


def review(**changes: Any) -> dict[str, Any]:
    return {
        "reviewerID": "A1",
        "asin": "B00001",
        "overall": 5.0,
        "summary": "Love &amp; peace",
        "reviewText": "Works &#34;well&#34;.\u0007 Really.",
        "unixReviewTime": JUNE,
        **changes,
    }


def write_lines(path: Path, *rows: Any) -> None:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    text = "\n".join(lines) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def reasons(community: Community) -> list[str]:
    return [str(problem) for problem in community.report.shown]


def own(folder: Path, **files: str) -> Path:
    good = {
        "users": "user_id,display_name,language,platform\nu1,安,zh-Hant,wechat\nu2,,,\n",
        "items": "item_id,title,category,brand,tags,price,currency\n"
        "i1,茶,Tea,山,春|绿,12.50,CNY\ni2,Cup,Home,,,,\n",
        "behaviors": "user_id,item_id,type,time,quantity,paid,rating\n"
        "u1,i1,purchase,2025-03-01T12:00:00+08:00,2,25,\n"
        "u2,i1,rate,1740800000,,,4\n"
        "u2,,search,2025-03-01T12:00:00,,,\n",
    }
    for name, text in {**good, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_reviews_become_people_items_ratings_and_posts(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "reviews_Musical_Instruments_5.json.gz",
        review(),
        review(reviewerID="A2", overall=2, unixReviewTime=JUNE - 86_400),
    )

    community = read(tmp_path)

    first, second = community.posts
    assert [user.key for user in community.users] == ["A1", "A2"]
    assert community.users[0].accounts[0].platform == "amazon"
    [item] = community.items
    assert (item.title, item.category) == ("Musical Instruments B00001", "Musical Instruments")
    assert [(one.type, one.rating) for one in community.behaviors] == [("RATE", 5), ("RATE", 2)]
    assert (first.author_key, second.author_key) == ("A2", "A1")
    assert (second.title, second.body) == ("Love & peace", 'Works "well".  Really.')
    assert not second.is_simulated
    assert second.at == datetime(2013, 6, 1, tzinfo=UTC)
    assert community.report.skipped == Counter()
    assert {one.tone for one in community.campaigns} == {"PLAIN", "URGENCY", "COMFORT", "REWARD"}


def test_metadata_names_the_items(tmp_path: Path) -> None:
    write_lines(tmp_path / "Music.json", review(), review(asin="B2", reviewerID="A2"))
    write_lines(
        tmp_path / "meta_Music.json",
        {
            "asin": "B00001",
            "title": "Pop filter",
            "brand": "Nady",
            "price": "$1,012.99",
            "category": ["Music", "Recording", "Filters"],
        },
        {"asin": "B2", "title": "", "price": None},
    )

    community = read(tmp_path)

    named, unnamed = community.items
    assert (named.title, named.brand, named.category) == ("Pop filter", "Nady", "Filters")
    assert (named.tags, named.price) == (
        ("Music", "Recording"),
        Money(minor=101_299, currency="USD"),
    )
    assert (unnamed.title, unnamed.price) == ("Music B2", None)
    assert reasons(community) == ["meta_Music.json:2: title is empty"]


def test_bad_reviews_are_reported_with_their_lines_and_skipped(tmp_path: Path) -> None:
    bad = [
        "{broken",
        review(overall=6),
        review(overall="five"),
        review(overall=float("nan")),
        review(asin="a b"),
        review(reviewerID=None),
        review(unixReviewTime="yesterday"),
        review(unixReviewTime=4_000_000_000),
        review(),
        '{"reviewerID": ' + "9" * 5_000 + "}",
    ]
    good = [review(asin=f"G{n}") for n in range(12)]
    write_lines(tmp_path / "x.json", review(), *bad, *good)

    community = read(tmp_path)

    assert len(community.behaviors) == 13
    assert community.report.read["x.json"] == 23
    assert community.report.skipped["x.json"] == 10
    assert reasons(community)[:3] == [
        "x.json:2: not JSON",
        "x.json:3: overall is not 1 to 5",
        "x.json:4: overall is not a number",
    ]
    assert "x.json:10: the same reviewer, item and time stand in a line before" in reasons(
        community
    )


def test_a_review_without_words_is_a_rating_and_a_long_one_is_cut(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "x.json",
        review(reviewText=" "),
        review(asin="B2", reviewText="word " * 2_000, summary="s" * 300),
    )

    community = read(tmp_path)

    [post] = community.posts
    assert len(community.behaviors) == 2
    assert len(post.body) <= 5_000
    assert post.body.endswith("word…")
    assert len(post.title) == 100
    assert community.report.changed["x.json"] == 2
    assert community.report.skipped["x.json"] == 0
    assert reasons(community)[0] == "x.json:1: only the rating is used: reviewText is empty"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x.json.gz", b"not gzip at all", "x.json.gz: a broken gzip file"),
        ("x.json", b"<html></html>\n", "x.json: its first line is not JSON"),
        ("x.json", json.dumps(review()).encode("utf-16"), "x.json: not UTF-8"),
        ("x.json", b"[1, 2]\n", "no importer knows what is there"),
        ("x.json", b'{"name": 1}\n', "no importer knows what is there"),
        ("readme.txt", b"hello", "no importer knows what is there"),
    ],
)
def test_a_folder_without_anything_known_is_refused(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(DataError, match=problem):
        read(tmp_path)


def test_a_file_that_breaks_off_stops_the_import(tmp_path: Path) -> None:
    write_lines(tmp_path / "x.json.gz", *(review(asin=f"B{n}") for n in range(5_000)))
    packed = (tmp_path / "x.json.gz").read_bytes()
    (tmp_path / "x.json.gz").write_bytes(packed[: len(packed) // 2])

    with pytest.raises(DataError, match=r"a broken gzip file, after line"):
        read(tmp_path)


def test_another_encoding_in_the_middle_stops_the_import(tmp_path: Path) -> None:
    good = json.dumps(review()).encode() + b"\n"
    (tmp_path / "x.json").write_bytes(good + '{"summary": "好"}\n'.encode("gbk"))

    with pytest.raises(DataError, match=r"x\.json:2: not UTF-8"):
        read(tmp_path)


def test_a_file_of_mostly_bad_rows_stops_the_import(tmp_path: Path) -> None:
    write_lines(tmp_path / "x.json", review(), *(["oops"] * 10))

    with pytest.raises(DataError, match=r"10 of 11 rows cannot be read, the first: x\.json:2"):
        read(tmp_path)


def test_a_line_without_end_stops_the_import(tmp_path: Path) -> None:
    write_lines(tmp_path / "x.json", review(), review(asin="B2", reviewText="x" * 1_000_001))

    with pytest.raises(DataError, match=r"x\.json:2: longer than"):
        read(tmp_path)


def test_own_data_is_read_from_csv(tmp_path: Path) -> None:
    own(
        tmp_path,
        posts="post_id,user_id,kind,title,body,item_ids,rating,time\n"
        'p1,u1,review,好茶,"第一行\n第二行",i1,5,2025-03-02\n'
        "p2,u2,,,note here,i1|i2,,2025-03-01\n",
        comments="comment_id,post_id,user_id,body,reply_to,time\n"
        "c1,p1,u2,同感,,2025-03-03\n,p1,u1,谢谢,c1,2025-03-04\n",
    )

    community = read(tmp_path)

    ann, ben = community.users
    assert (ann.display_name, ann.language, ann.accounts[0].platform) == ("安", "zh-Hant", "wechat")
    assert (ben.display_name, ben.language, ben.accounts[0].platform) == (
        "Shopper 2",
        "zh-Hans",
        "import",
    )
    tea, cup = community.items
    assert (tea.tags, tea.price) == (("春", "绿"), Money(minor=1_250, currency="CNY"))
    assert cup.price is None
    bought, rated, searched = community.behaviors
    assert (bought.type, bought.quantity, bought.paid) == (
        "PURCHASE",
        2,
        Money(minor=2_500, currency="CNY"),
    )
    assert bought.at == datetime(2025, 3, 1, 4, tzinfo=UTC)
    assert (rated.rating, searched.item_id) == (4, "")
    note, post = community.posts
    assert (note.kind, note.item_ids) == ("NOTE", ("i1", "i2"))
    assert (post.kind, post.body) == ("REVIEW", "第一行\n第二行")
    assert [comment.reply_to_key for comment in community.comments] == ["", "c1"]
    assert community.report.skipped == Counter()


def test_own_data_is_read_from_json_lines(tmp_path: Path) -> None:
    own(tmp_path)
    (tmp_path / "items.csv").unlink()
    write_lines(
        tmp_path / "items.jsonl.gz",
        {"item_id": "i1", "title": "茶", "category": "Tea", "tags": ["a", "b"], "price": 3},
        {"item_id": 2, "title": "Cup", "category": "Home", "tags": "no list is fine"},
    )

    community = read(tmp_path)

    assert [item.item_id for item in community.items] == ["i1", "2"]
    assert community.items[0].price == Money(minor=300, currency="CNY")


def test_bad_rows_of_own_data_are_reported_with_file_line_and_reason(tmp_path: Path) -> None:
    own(
        tmp_path,
        items="item_id,title,category,price,currency\n"
        "i1,茶,Tea,,\n"
        "i1,again,Tea,,\n"
        "i 2,x,Tea,,\n"
        "i3,,Tea,,\n"
        "i4,x,Tea,1.234,CNY\n"
        "i5,x,Tea,-1,CNY\n"
        "i6,x,Tea,1,yuan\n"
        "i7,x,Tea\n"
        'i8,"x"y,Tea,,\n'
        "i9,ok,Tea,1e99999999,CNY\n",
        behaviors="user_id,item_id,type,time,rating,paid\n"
        "u1,i1,view,2025-01-01,,\n"
        "ux,i1,view,2025-01-01,,\n"
        "u1,i3,view,2025-01-01,,\n"
        "u1,i1,stare,2025-01-01,,\n"
        "u1,i1,rate,2025-01-01,,\n"
        "u1,i1,view,soon,,\n"
        "u1,i1,view,2031-01-01,,\n"
        "u1,i1,view,2025-01-01,3,9\n",
        posts="post_id,user_id,kind,body,item_ids,rating,time\n"
        "p1,u1,review,ok,i1,,2025-01-01\n"
        "p2,u1,review,ok,,5,2025-01-01\n"
        "p3,u1,note,\u200b,,,2025-01-01\n"
        "p4,u1,note,ok,,,2025-01-01\n",
        comments="post_id,user_id,body,reply_to,time\n"
        "p1,u1,ok,,2025-01-02\n"
        "p4,u1,ok,c9,2025-01-02\n"
        "p4,u1,ok,,2024-01-02\n"
        "p4,u1,ok,,2025-01-02\n",
    )

    community = read(tmp_path)

    assert reasons(community) == [
        "items.csv:3: item_id stands in a line before",
        "items.csv:4: item_id is not 1 to 64 of letters, digits, _ - . :",
        "items.csv:5: title is missing",
        "items.csv:6: price has more digits than CNY has",
        "items.csv:7: price is not 0 to 10,000,000,000",
        "items.csv:8: currency is not three capital letters",
        "items.csv:9: 3 columns instead of 5",
        "items.csv:10: not CSV: ',' expected after '\"'",
        "items.csv:11: price is not an amount",
        "behaviors.csv:3: user_id is no user that could be read",
        "behaviors.csv:4: item_id is no item that could be read",
        f"behaviors.csv:5: type is none of {', '.join(sorted(BEHAVIORS))}",
        "behaviors.csv:6: rating is not a number",
        "behaviors.csv:7: time is neither RFC 3339 nor seconds since 1970",
        "behaviors.csv:8: time is in the future",
        "behaviors.csv:9: rating is only for type rate",
        "posts.csv:2: rating is not a number",
        "posts.csv:3: a review has 1 to 1 item_ids",
        "posts.csv:4: body is empty",
        "comments.csv:2: post_id is no post that could be read",
        "comments.csv:3: reply_to is no comment before it under the same post",
        "comments.csv:4: time is before what it answers",
    ]
    assert len(community.behaviors) == 2
    assert [post.key for post in community.posts] == ["p4"]
    assert len(community.comments) == 1


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"users": "id,name\n1,a\n"}, "users.csv:1: without the required column.* user_id"),
        ({"users": ""}, "users.csv: empty"),
        ({"users": "user_id\n"}, "not a single user or item"),
        ({"users": "user_id,user_id\n1,1\n"}, "a column stands twice"),
        (
            {"items": 'item_id,title,category\ni1,"never closed,Tea\ni2,x,y\n'},
            "items.csv:.*not CSV",
        ),
        ({"behaviors": "user_id;item_id;type;time\n"}, "behaviors.csv:1: without"),
    ],
)
def test_own_files_that_are_not_what_they_say_stop_the_import(
    tmp_path: Path, files: dict[str, str], problem: str
) -> None:
    with pytest.raises(DataError, match=problem):
        read(own(tmp_path, **files))


def test_missing_and_doubled_files_stop_the_import(tmp_path: Path) -> None:
    own(tmp_path)
    write_lines(tmp_path / "users.jsonl", {"user_id": "u1"})
    with pytest.raises(DataError, match=r"users.csv and users.jsonl: only one"):
        read(tmp_path)

    (tmp_path / "users.jsonl").unlink()
    (tmp_path / "items.csv").unlink()
    with pytest.raises(DataError, match=r"without items \(.csv or .jsonl\)"):
        read(tmp_path)
    with pytest.raises(DataError, match="is not a folder"):
        read(tmp_path / "nowhere")


def test_a_column_nobody_knows_is_reported_once_and_not_used(tmp_path: Path) -> None:
    own(tmp_path, users="user_id,displayname\nu1,Ann\nu2,Ben\n")

    community = read(tmp_path)

    assert reasons(community) == ["users.csv:2: column(s) nobody knows: displayname"]
    assert len(community.users) == 2


def test_too_many_rows_stop_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.demo.importers.amazon_reviews.MOST_REVIEWS", 2)
    write_lines(tmp_path / "x.json", *(review(asin=f"B{n}") for n in range(3)))

    with pytest.raises(DataError, match=r"x\.json:3: more than 2 reviews"):
        read(tmp_path)


def test_a_history_is_moved_as_a_whole(tmp_path: Path) -> None:
    own(tmp_path, posts="post_id,user_id,body,time\np1,u1,hm,2025-03-11T04:00:00\n")
    still = read(tmp_path)

    moved = read(tmp_path, is_moved=True)

    assert still.last_event_at == datetime(2025, 3, 11, 4, tzinfo=UTC)
    assert moved.last_event_at == NOW == moved.posts[0].at
    assert NOW - moved.behaviors[0].at == timedelta(days=10)
    assert [one.event_id for one in moved.behaviors] == [one.event_id for one in still.behaviors]


def test_what_is_too_old_is_counted_whether_moved_or_not(tmp_path: Path) -> None:
    rows = [review(asin=f"B{n}") for n in range(3)]
    write_lines(tmp_path / "x.json", *rows, review(unixReviewTime=JUNE - 25 * 365 * 86_400))

    still, moved = read(tmp_path), read(tmp_path, is_moved=True)

    assert [len(still.behaviors), len(moved.behaviors), len(moved.posts)] == [3, 3, 3]
    assert reasons(still) == ["x.json:4: time is before 2006-01-06"]
    assert reasons(moved) == ["x.json:4: time is before 1990-01-01"]


def test_the_same_rows_have_the_same_event_ids(tmp_path: Path) -> None:
    first, second = read(own(tmp_path)), read(own(tmp_path))

    assert first.behaviors == second.behaviors
    assert len({one.event_id for one in first.behaviors}) == 3


def test_the_bank_has_every_emotion_in_every_language() -> None:
    lines = read_bank()

    assert len(lines) >= 300
    assert len({line.text for line in lines}) == len(lines)
    assert {(line.language, line.emotion) for line in lines} == {
        (language, emotion) for language in LANGUAGES for emotion in EMOTIONS
    }
    assert {line.product for line in lines} == set(PRODUCTS)
    assert {line.form for line in lines} == set(FORMS)
    for language in LANGUAGES:
        for emotion in EMOTIONS:
            found = {
                (x.form, x.product) for x in lines if (x.language, x.emotion) == (language, emotion)
            }
            assert {("review", "any"), ("comment", "any")} & found


def test_a_history_of_more_than_twenty_years_loses_its_beginning(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "x.json", review(), review(asin="B2", unixReviewTime=JUNE - 21 * 365 * 86_400)
    )

    community = read(tmp_path, is_moved=True)

    assert (len(community.behaviors), len(community.posts)) == (1, 1)
    assert reasons(community) == ["more than 20 years before the end of the history"] * 2
