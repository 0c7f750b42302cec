"""A row never points at a row of a higher floor."""

from django.apps import apps

from tests.architecture.source import FLOORS


def floor_of(module: str) -> int | None:
    """The floor of a model by its module; frameworks have none and count as ground."""
    parts = module.split(".")
    return FLOORS.get(parts[1]) if parts[0] == "zhike" and len(parts) > 1 else None


def test_foreign_keys_point_down() -> None:
    upward = []
    for model in apps.get_models(include_auto_created=True):
        own = floor_of(model.__module__)
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if own is None or target is None or isinstance(target, str):
                continue
            other = floor_of(target.__module__)
            sideways = other == own and model.__module__.split(".")[1] != target.__module__.split(".")[1]
            if other is not None and (other > own or sideways):
                upward.append(f"{model.__module__}.{model.__name__}.{field.name} → {target.__module__}")
    assert not upward, "\n".join(upward)


def test_every_installed_capability_has_a_floor() -> None:
    unknown = [a.name for a in apps.get_app_configs() if a.name.startswith("zhike.") and floor_of(a.name) is None]
    assert not unknown, unknown
