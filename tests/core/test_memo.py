"""What a function says of words is kept, within bounds."""

from core.memo import Memo


def test_a_word_is_asked_once_and_a_full_memo_begins_anew() -> None:
    asked: list[str] = []
    memo = Memo(lambda word: asked.append(word) or len(word), most=2, longest=5)  # type: ignore[func-returns-value]
    assert [memo[word] for word in ("uno", "dos", "uno")] == [3, 3, 3] and asked == ["uno", "dos"]
    assert memo["tres"] == 4 and list(memo) == ["tres"]


def test_what_is_long_is_answered_and_not_kept() -> None:
    memo = Memo(len, longest=5)
    assert memo["demasiado"] == 9 and not memo
