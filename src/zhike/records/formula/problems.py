"""What a formula can be refused for, always with the place and a remedy."""

from __future__ import annotations

from typing import Any

from zhike.kernel.errors import Invalid


class FormulaProblem(Invalid):
    """A formula that cannot be read or worked out; `position` counts characters from 0."""

    def __init__(self, code: str, message: Any, position: int, **data: Any) -> None:
        text = str(message) % {"place": position + 1, **data}
        super().__init__(f"formula.{code}", text, "formula", position=position, **data)
        self.position = position
