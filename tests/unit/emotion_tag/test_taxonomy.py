"""The taxonomy is complete and agrees with itself."""

from services.emotion_tag.domain.taxonomy import EMOTIONS, SMP_SIX, TAXONOMY, Emotion, Polarity


def test_every_emotion_has_a_row() -> None:
    assert set(TAXONOMY) == set(Emotion)
    assert len(EMOTIONS) == 12


def test_every_parent_is_used() -> None:
    assert {entry.smp_parent for entry in TAXONOMY.values()} == set(SMP_SIX)


def test_the_polarity_follows_the_valence() -> None:
    for entry in TAXONOMY.values():
        if entry.polarity is Polarity.POSITIVE:
            assert entry.valence > 0
        elif entry.polarity is Polarity.NEGATIVE:
            assert entry.valence < 0


def test_what_no_corpus_labels_in_a_language_is_derived_and_says_how() -> None:
    derived = {emotion for emotion, entry in TAXONOMY.items() if entry.derivation}

    assert derived == {
        Emotion.LIKE,
        Emotion.ANTICIPATION,
        Emotion.DISAPPOINTMENT,
        Emotion.BOREDOM,
    }


def test_the_scripts_differ_where_they_should() -> None:
    assert TAXONOMY[Emotion.JOY].name.zh_hans == "喜悦"
    assert TAXONOMY[Emotion.JOY].name.zh_hant == "喜悅"
