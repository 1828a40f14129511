"""The one engine, and the one app with tables."""

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine

from backend.settings import settings

DB = PostgresEngine(config={"dsn": settings().database_url}, extensions=())

APP_REGISTRY = AppRegistry(apps=["backend.piccolo_app"])
