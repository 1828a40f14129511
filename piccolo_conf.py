"""Piccolo looks here, at the root, for its engine and its registry."""

from backend.piccolo_conf import APP_REGISTRY, DB

__all__ = ["APP_REGISTRY", "DB"]
