"""What is hard about comments and either model gets right: so that it stays that way."""

import pytest

from services.emotion_tag.adapters.cascade.model import MODELS, open_model
from services.emotion_tag.adapters.cascade.tagger import CascadeTagger
from services.emotion_tag.domain.tag import TextInput, TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity

E = Emotion
RIGHT = [
    ("sarcasm", "呵呵，真是“好”质量", (E.DISAPPOINTMENT, E.ANGER)),
    ("sarcasm", "这做工真“精致”，佩服", (E.DISAPPOINTMENT, E.ANGER)),
    ("sarcasm", "Oh great, another broken zipper", (E.DISAPPOINTMENT, E.ANGER)),
    ("sarcasm", "我真的会谢，又发错货", (E.ANGER,)),
    ("single negation", "这个吸尘器不好用", (E.DISAPPOINTMENT,)),
    ("single negation", "not worth the money", (E.DISAPPOINTMENT,)),
    ("double negation", "不是不好用，是太好用了", (E.LIKE,)),
    ("double negation", "不得不说真的好看", (E.LIKE,)),
    ("negated negative", "一点都不坑人", (E.LIKE,)),
    ("negated negative", "没踩雷，放心买", (E.LIKE,)),
    ("negated negative", "完全不刺鼻", (E.LIKE,)),
    ("slang", "yyds，闭眼入", (E.LIKE,)),
    ("slang", "绝绝子，太好看了", (E.LIKE,)),
    ("slang", "xswl哈哈哈", (E.JOY,)),
    ("slang", "emo了，又没抢到", (E.SADNESS,)),
    ("slang", "无语子，又发错", (E.ANGER,)),
    ("slang", "拔草了，不好用", (E.DISAPPOINTMENT,)),
    ("slang", "被种草了，想买", (E.ANTICIPATION,)),
    ("question", "请问有M码吗", (E.NEUTRAL,)),
    ("question", "什么时候发货", (E.NEUTRAL,)),
    ("question", "When will this ship?", (E.NEUTRAL,)),
    ("rhetorical question", "这也叫好评？", (E.ANGER, E.DISAPPOINTMENT)),
    ("rhetorical question", "这种垃圾也好意思拿出来卖？", (E.ANGER,)),
    ("praise with a complaint", "颜色好看，就是质量太差", (E.DISAPPOINTMENT,)),
    ("praise with a complaint", "虽然物流慢，但是东西很喜欢", (E.LIKE,)),
    ("danmaku", "哈哈哈哈哈哈", (E.JOY,)),
    ("danmaku", "？？？", (E.SURPRISE,)),
    ("danmaku", "冲冲冲", (E.ANTICIPATION,)),
    ("danmaku", "666", (E.LIKE,)),
    ("emoji", "好想要🥺🥺", (E.ANTICIPATION,)),
    ("emoji", "气死了😡😡", (E.ANGER,)),
    ("repeated characters", "好好好好好看", (E.LIKE,)),
    ("degree words", "超级满意，非常喜欢", (E.LIKE,)),
    ("degree words", "极其恶劣的服务", (E.ANGER,)),
    ("fact", "已经收到，还没拆", (E.NEUTRAL,)),
    ("gratitude", "Thank you so much for the help", (E.GRATITUDE,)),
    ("boredom", "好无聊，没意思", (E.BOREDOM,)),
    ("anxiety", "会不会过敏啊，好担心", (E.FEAR,)),
    ("anticipation", "好期待，等不及了", (E.ANTICIPATION,)),
    ("surprise", "天哪，居然这么便宜", (E.SURPRISE,)),
    ("mixed language", "质感很nice，值得buy", (E.LIKE,)),
    ("mixed language", "客服太rude了，气死", (E.ANGER,)),
    ("comparison", "不如之前那款", (E.DISAPPOINTMENT,)),
    ("unmet expectation", "和图片完全不一样，失望", (E.DISAPPOINTMENT,)),
    ("after-sales", "退款拖了一个月，投诉", (E.ANGER,)),
]


@pytest.fixture(scope="module", params=["open", "research"])
def model(request: pytest.FixtureRequest) -> CascadeTagger:
    return open_model(MODELS / request.param)


@pytest.mark.parametrize(("phenomenon", "text", "emotions"), RIGHT)
def test_it_is_read_as_it_is_meant(
    model: CascadeTagger, phenomenon: str, text: str, emotions: tuple[E, ...]
) -> None:
    assert model.tag([TextInput(text, TextKind.COMMENT)])[0].emotion in emotions, phenomenon


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("一点都不坑人", Polarity.POSITIVE),
        ("不是不好用，是太好用了", Polarity.POSITIVE),
        ("呵呵，真是“好”质量", Polarity.NEGATIVE),
        ("这也叫好评？", Polarity.NEGATIVE),
        ("请问有M码吗", Polarity.NEUTRAL),
    ],
)
def test_the_polarity_is_meant_too(model: CascadeTagger, text: str, polarity: Polarity) -> None:
    assert model.tag([TextInput(text, TextKind.COMMENT)])[0].polarity is polarity
