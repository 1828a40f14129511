"""The tables as SQLAlchemy has them, as far as the two routes need them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, ForeignKey, String, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class Session(Base):
    __tablename__ = "sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Person(Base):
    __tablename__ = "persons"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[bytes]
    sex: Mapped[str]
    street_code: Mapped[str]


class Organization(Base):
    __tablename__ = "organizations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]


class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    status: Mapped[str]
    planned_start: Mapped[datetime]
    planned_end: Mapped[datetime]
    place_kind: Mapped[str]
    needs_two: Mapped[bool]
    version: Mapped[int]
    person_id: Mapped[UUID] = mapped_column("person", ForeignKey("persons.id"))
    institution_id: Mapped[UUID] = mapped_column("institution", ForeignKey("organizations.id"))
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    institution: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)


class Assignment(Base):
    __tablename__ = "visit_assignments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column("visit", ForeignKey("visits.id"))
    staff: Mapped[UUID]
    planned_start: Mapped[datetime]
    until_at: Mapped[datetime | None]


class VisitMove(Base):
    __tablename__ = "visit_moves"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit: Mapped[UUID]
    move: Mapped[str]
    made_by: Mapped[UUID]
    role: Mapped[str]
    from_status: Mapped[str]
    to_status: Mapped[str]
    client_time: Mapped[datetime]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    findings: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    said: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    fingerprint: Mapped[bytes] = mapped_column(default=b"")


class VisitProof(Base):
    __tablename__ = "visit_proofs"
    id: Mapped[int] = mapped_column(primary_key=True)
    move: Mapped[UUID] = mapped_column(ForeignKey("visit_moves.id"))
    staff: Mapped[UUID]
    visit: Mapped[UUID]
    device_id: Mapped[UUID | None]
    method: Mapped[str]
    happened_at: Mapped[datetime]
    lat: Mapped[float]
    lon: Mapped[float]
    datum: Mapped[str]
    accuracy_m: Mapped[float]
    is_mock: Mapped[bool] = mapped_column(default=False)
    distance_m: Mapped[int] = mapped_column(default=0)
    skew_s: Mapped[int] = mapped_column(default=0)


class Entry(Base):
    __tablename__ = "journal"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str]
    subject_id: Mapped[UUID]
    person_id: Mapped[UUID]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str]
    key: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AuditRow(Base):
    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    actor_id: Mapped[UUID]
    role: Mapped[str]
    organization_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    what: Mapped[str]
    subject_id: Mapped[UUID | None]
    persons: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    ties: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
