"""Plain text (纯文本): what the data says, where Streamlit would read Markdown."""

_SIGNS = frozenset("\\`*_{}[]()<>#+-.!|~:$&")


def plain(text: str) -> str:
    """Return the text with every sign escaped that Streamlit's Markdown would take for markup."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)
