"""How a model is told to translate from Spanish into English: nothing for a pair's own model, codes or a prefix for the others."""

from dataclasses import dataclass

from enrich.engines.folders import ModelFolder, config_of

_BY_TOKENIZER = {
    "Nllb": ("spa_Latn", "eng_Latn"),
    "M2M100": ("es", "en"),
    "SMaLL": ("es", "en"),
    "MBart": ("es_XX", "en_XX"),
}
_PREFIXES = {"t5": "translate Spanish to English: ", "mt5": "translate Spanish to English: "}


@dataclass(frozen=True, slots=True)
class Languages:
    """`source` and `target` are the codes that the model's tokenizer knows, empty for a pair's own model."""

    source: str = ""
    target: str = ""
    prefix: str = ""

    @classmethod
    def of(cls, folder: ModelFolder) -> "Languages":
        """From the record (`pututu models pull --prefix`), else from the tokenizer's class and the model's type."""
        told = folder.record.get("prefix")
        name = str(_tokenizer_class(folder))
        source, target = next((codes for key, codes in _BY_TOKENIZER.items() if name.startswith(key)), ("", ""))
        prefix = str(told) if told else _PREFIXES.get(str(config_of(folder.path).get("model_type")), "")
        return cls(source, target, prefix)

    @property
    def target_tokens(self) -> list[str]:
        """What an answer must begin with, as tokens."""
        if not self.target:
            return []
        return [f"__{self.target}__"] if len(self.target) == 2 else [self.target]


def _tokenizer_class(folder: ModelFolder) -> object:
    import json

    file = folder.path / "tokenizer_config.json"
    if not file.is_file():
        return ""
    found = json.loads(file.read_text("utf-8"))
    return found.get("tokenizer_class", "") if isinstance(found, dict) else ""
