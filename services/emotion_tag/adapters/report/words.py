"""Every word of the page, in Chinese and in English."""

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("情绪模型报告", "Emotion model report"),
    "version": ("模型版本", "Model version"),
    "answers": ("正在使用", "answers now"),
    "candidate": ("候选，对照", "candidate, held against"),
    "made": ("生成时间（UTC）", "Made at (UTC)"),
    "contents": ("目录", "Contents"),
    "skip": ("跳到正文", "Skip to the report"),
    "table": ("图背后的数据", "The figures behind the picture"),
    "evaluation": ("评估", "Evaluation"),
    "evaluation.none": (
        "这个版本还没有在任何金标集上评估过。",
        "This version has not been evaluated on any gold set yet.",
    ),
    "comparison": ("版本对比", "Comparison"),
    "gates": ("上线门槛", "Promotion gates"),
    "shadow": ("影子流量", "Live shadow traffic"),
    "drift": ("漂移监测", "Drift"),
    "fairness": ("公平性", "Fairness"),
    "agreement": ("人工标注一致性", "Agreement of raters"),
    "accuracy": ("正确率", "accuracy"),
    "macro_f1": ("宏平均 F1", "macro-F1"),
    "ece": ("期望校准误差", "calibration error"),
    "texts": ("条文本", "texts"),
    "count": ("条数", "texts"),
    "speed": ("每秒条数", "texts/s"),
    "selective": ("只答八成时的正确率", "accuracy at 80 % coverage"),
    "class": ("类别", "class"),
    "precision": ("精确率", "precision"),
    "recall": ("召回率", "recall"),
    "f1": ("F1", "F1"),
    "support": ("样本数", "support"),
    "per_class": ("每一类的 F1", "F1 of each class"),
    "per_class.note": (
        "没有样本的类别不计入宏平均。",
        "Classes without texts do not count in the mean.",
    ),
    "confusion": ("混淆矩阵", "Confusion"),
    "confusion.note": (
        "每一行按人的标注展开；颜色越深，占这一行的比例越大。",
        "A row for what people said; the darker, the larger the share of the row.",
    ),
    "said": ("人的标注 ↓", "people said ↓"),
    "answered": ("模型的回答 →", "model answered →"),
    "calibration": ("置信度是否可信", "Can the confidence be believed"),
    "calibration.note": (
        "点在虚线上，说明说了几成把握就对了几成；点越大，文本越多。",
        "On the dashed line it is right as often as it says; larger points have more texts.",
    ),
    "confidence": ("置信度", "confidence"),
    "coverage": ("少答一些，能对多少", "Right answers if fewer are given"),
    "coverage.note": (
        "从最有把握的文本答起。",
        "The most confident texts are answered first.",
    ),
    "coverage.axis": ("回答的比例", "share that is answered"),
    "slices": ("切片", "Slices"),
    "slices.note": ("各部分文本上的正确率。", "Accuracy on parts of the texts."),
    "slice": ("切片", "slice"),
    "difference": ("差值", "difference"),
    "low": ("区间下限", "interval from"),
    "high": ("区间上限", "to"),
    "comparison.note": (
        "本版本减去对照版本，同一批文本，95% 配对自助法区间；右边更好。",
        "This version less the other, on the same texts, 95 % paired bootstrap; right is better.",
    ),
    "mcnemar": ("McNemar 检验 p 值", "McNemar p"),
    "only_this": ("只有本版本答对", "only this one right"),
    "only_other": ("只有对照答对", "only the other right"),
    "worst_slices": ("各切片正确率之差", "Difference of accuracy by slice"),
    "gate": ("门槛", "gate"),
    "gate.gold": ("金标集大小", "size of a gold set"),
    "gate.evaluation": ("是否评估过", "evaluated"),
    "gate.macro_f1": ("宏平均 F1", "macro-F1"),
    "gate.calibration": ("校准误差", "calibration error"),
    "gate.slices": ("最差切片", "worst slice"),
    "gate.shadow": ("影子流量一致率", "live texts answered alike"),
    "gate.speed": ("速度", "speed"),
    "measured": ("实测", "measured"),
    "limit": ("限值", "limit"),
    "state": ("状态", "state"),
    "passed": ("✓ 通过", "✓ passed"),
    "failed": ("✗ 未通过", "✗ not passed"),
    "detail": ("说明", "what it is"),
    "agreement.share": ("与现用模型一致", "answered alike"),
    "polarity.share": ("倾向一致", "same polarity"),
    "divergence": ("分布距离（JS，比特）", "divergence (JS, bits)"),
    "speed_ratio": ("速度之比", "speed over the active model"),
    "unsure": ("拿不准的比例", "unsure"),
    "shadow.cells": ("两个模型最常见的分歧", "Where the two differ most"),
    "shadow.note": (
        "只统计次数，不保存文本。",
        "Counts only; no text is kept.",
    ),
    "active": ("现用模型", "active"),
    "candidate.short": ("候选", "candidate"),
    "feature": ("特征", "feature"),
    "psi": ("PSI", "PSI"),
    "too_little": ("数据太少", "too little seen"),
    "no_reference": ("还没有参照", "no reference yet"),
    "stable": ("稳定", "stable"),
    "moderate": ("有变化", "moderate"),
    "large": ("明显变化", "large"),
    "drift.note": (
        "最近一天与之前四周相比。PSI 0.1 以上值得看，0.25 以上说明有变化。",
        "The last day and the four weeks before; a PSI of .1 is worth a look, .25 is a change.",
    ),
    "before": ("参照窗口", "before"),
    "now": ("当前窗口", "now"),
    "fairness.note": (
        "同一句话只换一个说法，回答应当不变。点是平均效价变化，线是 95% 区间。",
        "One thing is swapped and the answer should stay: mean change of valence, 95 % interval.",
    ),
    "flip": ("情绪改变的比例", "other top emotion"),
    "valence": ("效价变化", "change of valence"),
    "pairs": ("句对", "pairs"),
    "meaning": ("换了什么", "what is swapped"),
    "fairness.slices": ("不同说法上的正确率", "Accuracy by way of speaking"),
    "fairness.slices.note": (
        "同一句话，原句与换了说法后的。",
        "“plain” is the first sentence of a pair, “changed” the one said otherwise.",
    ),
    "agreement.none": (
        "还没有两个人标注过同一条文本。",
        "No text has been rated by two people yet.",
    ),
    "alpha": ("Krippendorff α", "Krippendorff's alpha"),
    "observed": ("观察一致率", "observed agreement"),
    "model_agreement": ("人与模型一致", "people said as the model"),
    "ratings": ("条标注", "ratings"),
    "emotion": ("情绪", "emotion"),
    "all": ("全部", "all"),
    "agreement.note": (
        "每种情绪相对其他情绪；α 为 1 是完全一致，0 等于碰运气。",
        "Each emotion against all others; alpha 1 is perfect, 0 is chance.",
    ),
    "rater": ("标注者", "rater"),
    "reliability": ("与多数一致", "agrees with most of the others"),
    "foot": (
        "本页不加载任何外部内容，也没有脚本。区间为 95%。",
        "This page loads nothing and runs no script. Intervals are 95 %.",
    ),
}


class Words:
    """The words of one language: `zh` or `en`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._place = 0 if language == "zh" else 1

    def __getitem__(self, key: str) -> str:
        return _WORDS[key][self._place]

    def of(self, zh: str, en: str) -> str:
        """Choose between words that come with a figure."""
        return (zh, en)[self._place]
