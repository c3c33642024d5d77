"""Literal text (原样文本): keeps branca from compiling rendered output as a second Jinja template.

branca 0.8.2 turns the output of every element into `Element(text)`, and `Element` compiles its text.
A village named `{{ … }}` would then run Python on the server, and one named `{% …` would break the page.
Names of data do not belong into Folium objects at all; this is the wall behind that rule.
"""

from types import SimpleNamespace
from typing import Any

from branca.element import Element

# branca's Div hands this one text as a real template; it names no data, so it keeps its meaning.
_CHILDREN = "{% for name, element in this._children.items() %}{{element.render(**kwargs)}}{% endfor %}"


class Literal:
    """Stands where branca expects a template and renders as its own text."""

    module = SimpleNamespace()

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, **_: object) -> str:
        """Return the text as it was given."""
        return self.text


def install() -> None:
    """Make every `Element(text)` and every unpickled one literal; templates of classes stay templates."""
    if Element.__init__ is not _init:
        Element.__init__ = _init  # type: ignore[method-assign]
        Element.__setstate__ = _setstate  # type: ignore[method-assign]


_branca_init = Element.__init__
_branca_setstate = Element.__setstate__


def _init(self: Element, template: str | None = None, template_name: str | None = None) -> None:
    _branca_init(self, None, template_name)
    _make_literal(self, template)


def _setstate(self: Element, state: dict[str, Any]) -> None:
    text = state["_template_str"]
    _branca_setstate(self, {**state, "_template_str": None})
    _make_literal(self, text)


def _make_literal(element: Element, text: str | None) -> None:
    element._template_str = text
    if text is not None and text != _CHILDREN:
        element._template = Literal(text)  # type: ignore[assignment]
