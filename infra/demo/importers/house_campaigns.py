"""Campaigns of every tone for data that knows none, or lacks some; all simulated."""

from datetime import timedelta

from infra.demo.importers.community import Campaign, Money

MONTH = timedelta(days=30)


def house_campaigns(currency: str) -> list[Campaign]:
    """One that is plain, one that presses, one that comforts, one that rewards; amounts small."""

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    def campaign(
        key: str, zh: str, en: str, tone: str, audience: str, off: int, priority: int
    ) -> Campaign:
        return Campaign(
            key=f"house-{key}",
            title_zh=zh,
            title_en=en,
            tone=tone,
            audience=audience,
            discount=money(off),
            minimum_spend=money(off * 4),
            budget=money(off * 2_000),
            stock=2_000,
            limit_per_person=1,
            priority=priority,
            runs_for=MONTH,
            is_simulated=True,
        )

    return [
        campaign("welcome", "老友价", "A little off for regulars", "PLAIN", "", 200, 10),
        campaign(
            "flash", "限时秒杀，仅剩最后几件", "Flash sale: last pieces", "URGENCY", "", 500, 60
        ),
        campaign(
            "comfort",
            "今天辛苦了，送你一份小温暖",
            "A small comfort for a hard day",
            "COMFORT",
            "valence < -0.2",
            300,
            50,
        ),
        campaign(
            "thanks",
            "感谢一路相伴",
            "Thank you for being with us",
            "REWARD",
            "behavior_count >= 20",
            400,
            30,
        ),
    ]
