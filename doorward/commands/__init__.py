"""The commands of `doorward`, one module per stage of the story; `doorward.cli` puts them in its order."""
